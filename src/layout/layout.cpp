#include "layout/layout.h"

#include <array>
#include <utility>

namespace tributary {
namespace {

// A new layout is a file with its function and a line here.
constexpr std::array<std::pair<std::string_view, LayoutFunction>, 1> layouts = {{
    {"grid", gridLayout},
}};

}  // namespace

LayoutFunction findLayout(std::string_view name) {
  for (const auto& [known, function] : layouts) {
    if (known == name) return function;
  }
  return nullptr;
}

std::vector<std::string_view> layoutNames() {
  std::vector<std::string_view> out;
  out.reserve(layouts.size());
  for (const auto& entry : layouts)
    out.push_back(entry.first);
  return out;
}

}  // namespace tributary
