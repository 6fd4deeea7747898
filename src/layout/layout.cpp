#include "layout/layout.h"

#include <array>

namespace tributary {
namespace {

// A new layout is a file with its function and a line here.
constexpr std::array<LayoutKind, 1> layouts = {{
    {.name = "grid", .place = gridLayout},
}};

}  // namespace

std::string_view toString(Source source) {
  return source == Source::screen ? "screen" : "camera";
}

const LayoutKind* findLayout(std::string_view name) {
  for (const auto& kind : layouts) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

std::vector<std::string_view> layoutNames() {
  std::vector<std::string_view> out;
  out.reserve(layouts.size());
  for (const auto& kind : layouts)
    out.push_back(kind.name);
  return out;
}

}  // namespace tributary
