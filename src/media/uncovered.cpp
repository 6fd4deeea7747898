#include "media/uncovered.h"

#include <algorithm>

namespace tributary {
namespace {

/// What the tiles leave free of the rows from `top` to `bottom`, at which no tile begins or ends in between.
/// `tiles` from left to right.
void addFree(std::vector<Rect>& out, const std::vector<Rect>& tiles, int top, int bottom, int width) {
  int x = 0;
  const auto addUpTo = [&](int end) {
    if (end > x) out.push_back({x, top, end - x, bottom - top});
  };
  for (const Rect& tile : tiles) {
    if (tile.y >= bottom || tile.y + tile.height <= top) continue;
    addUpTo(std::min(tile.x, width));
    x = std::max(x, tile.x + tile.width);
  }
  addUpTo(width);
}

}  // namespace

std::vector<Rect> uncovered(const std::vector<Rect>& tiles, int width, int height) {
  std::vector<Rect> sorted = tiles;
  std::ranges::sort(sorted, {}, &Rect::x);
  std::vector<int> edges = {0, height};
  for (const Rect& tile : tiles) {
    for (const int edge : {tile.y, tile.y + tile.height})
      if (edge > 0 && edge < height) edges.push_back(edge);
  }
  std::ranges::sort(edges);
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  std::vector<Rect> out;
  for (size_t i = 0; i + 1 < edges.size(); ++i)
    addFree(out, sorted, edges[i], edges[i + 1], width);
  return out;
}

}  // namespace tributary
