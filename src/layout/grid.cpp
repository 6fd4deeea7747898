#include <algorithm>

#include "layout/cells.h"

namespace tributary {

std::vector<Tile> gridLayout(const LayoutInput& input) {
  std::vector<Tile> tiles;
  const int count = std::min(static_cast<int>(input.sources.size()), input.maxTiles);
  const auto cells = gridCells(canvasOf(input), count, input.gap, input.keepAspect);
  for (size_t i = 0; i < cells.size(); ++i)
    tiles.push_back(tileOf(input.sources[i], cells[i]));
  return tiles;
}

}  // namespace tributary
