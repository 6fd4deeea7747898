#include <algorithm>

#include "layout/stage_and_strip.h"

namespace tributary {

std::vector<Tile> screenShareLayout(const LayoutInput& input) {
  std::vector<const LayoutSource*> screens;
  std::vector<const LayoutSource*> cameras;
  for (const auto& source : input.sources)
    (source.source == Source::screen ? screens : cameras).push_back(&source);
  if (screens.empty()) return sidebarLayout(input);
  if (std::ssize(screens) > input.maxTiles) screens.resize(static_cast<size_t>(std::max(0, input.maxTiles)));

  LayoutInput strip = input;
  strip.maxTiles = input.maxTiles - static_cast<int>(screens.size()) + 1;
  strip.keepAspect = false;  // a screen is shown whole in any cell, so it may have all that is left
  const auto cells = stageAndStrip(strip, StripSide::right, static_cast<int>(cameras.size()));
  std::vector<Tile> tiles;
  const auto places = gridCells(cells.stage, static_cast<int>(screens.size()), input.gap, false);
  for (size_t i = 0; i < places.size(); ++i)
    tiles.push_back(tileOf(*screens[i], places[i]));
  for (size_t i = 0; i < cells.strip.size(); ++i)
    tiles.push_back(tileOf(*cameras[i], cells.strip[i]));
  return tiles;
}

}  // namespace tributary
