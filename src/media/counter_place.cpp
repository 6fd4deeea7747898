#include "media/counter_place.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace tributary {
namespace {

constexpr std::array corners = {Corner::topRight, Corner::bottomRight, Corner::topLeft, Corner::bottomLeft};

bool meet(const Rect& a, const Rect& b) {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

bool onTile(const Scene& scene, const Rect& rect, const SceneTile* but = nullptr) {
  return std::ranges::any_of(scene.tiles,
                             [&](const SceneTile& tile) { return &tile != but && meet(tile.rect, rect); });
}

/// Of equal ones the one at the right top.
const SceneTile* largestTile(const Scene& scene) {
  const auto rank = [](const SceneTile& tile) {
    const Rect& r = tile.rect;
    return std::tuple(static_cast<int64_t>(r.width) * r.height, -r.y, r.x);
  };
  const auto found = std::ranges::max_element(scene.tiles, {}, rank);
  return found != scene.tiles.end() ? &*found : nullptr;
}

}  // namespace

Rect counterPlace(const Scene& scene, const Rect& canvas, const Rect& taken, int width, int height) {
  for (const Corner corner : corners) {
    const Rect place = inCorner(canvas, corner, width, height);
    if (!meet(place, taken) && !onTile(scene, place)) return place;
  }
  if (const SceneTile* tile = largestTile(scene)) {
    for (const Corner corner : corners) {
      const Rect place = inCorner(tile->rect, corner, width, height);
      const bool fits =
          width + 2 * labelInset <= tile->rect.width && height + 2 * labelInset <= tile->rect.height;
      if (fits && corner != scene.style.labelCorner && !meet(place, taken) && !onTile(scene, place, tile))
        return place;
    }
  }
  return inCorner(canvas, Corner::topRight, width, height);
}

}  // namespace tributary
