#include <algorithm>

#include "layout/cells.h"

namespace tributary {
namespace {

constexpr int mostInsets = 3;
constexpr int insetPart = 5;    // of the canvas's width
constexpr int marginPart = 50;  // of the canvas's width

}  // namespace

std::vector<Tile> pipLayout(const LayoutInput& input) {
  std::vector<Tile> tiles;
  const Cast cast = castOf(input);
  if (cast.stage == nullptr || input.maxTiles < 1) return tiles;
  const Rect canvas = canvasOf(input);
  tiles.push_back(tileOf(*cast.stage, stageCell(canvas, input.keepAspect)));

  const int margin = evenDown(canvas.width / marginPart);
  const int width = std::max(2, evenDown(canvas.width / insetPart));
  const int height = std::clamp(evenDown(width * 9 / 16), 2, canvas.height);
  const int fitting = (canvas.height - margin) / (height + margin);
  const int count = std::min({mostInsets, fitting, input.maxTiles - 1, static_cast<int>(cast.rest.size())});
  for (int i = 0; i < count; ++i) {
    // From the lower right corner up.
    const Rect inset{canvas.width - margin - width, canvas.height - (i + 1) * (margin + height), width,
                     height};
    tiles.push_back(tileOf(*cast.rest[static_cast<size_t>(i)], inset, 1));
  }
  return tiles;
}

}  // namespace tributary
