#include "layout/layout.h"

#include <array>

namespace tributary {
namespace {

// A new layout is a file with its function and a line here.
constexpr std::array<LayoutKind, 7> layouts = {{
    {.name = "grid", .place = gridLayout},
    {.name = "speaker", .place = speakerLayout, .hasStage = true},
    {.name = "sidebar", .place = sidebarLayout, .hasStage = true},
    {.name = "pip", .place = pipLayout, .overlaps = true, .hasStage = true},
    {.name = "single-speaker", .place = singleSpeakerLayout, .hasStage = true},
    {.name = "screen-share", .place = screenShareLayout},
    {.name = "custom", .place = customLayout, .overlaps = true, .hasStage = true},
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
