#include "layout/stage_and_strip.h"

namespace tributary {
namespace {

std::vector<Tile> place(const LayoutInput& input, StripSide side) {
  std::vector<Tile> tiles;
  const Cast cast = castOf(input);
  if (cast.stage == nullptr || input.maxTiles < 1) return tiles;
  const auto cells = stageAndStrip(input, side, static_cast<int>(cast.rest.size()));
  tiles.push_back(tileOf(*cast.stage, cells.stage));
  for (size_t i = 0; i < cells.strip.size(); ++i)
    tiles.push_back(tileOf(*cast.rest[i], cells.strip[i]));
  return tiles;
}

}  // namespace

std::vector<Tile> speakerLayout(const LayoutInput& input) {
  return place(input, StripSide::bottom);
}

std::vector<Tile> sidebarLayout(const LayoutInput& input) {
  return place(input, StripSide::right);
}

std::vector<Tile> singleSpeakerLayout(const LayoutInput& input) {
  const LayoutSource* stage = castOf(input).stage;
  if (stage == nullptr || input.maxTiles < 1) return {};
  return {tileOf(*stage, stageCell(canvasOf(input), input.keepAspect))};
}

}  // namespace tributary
