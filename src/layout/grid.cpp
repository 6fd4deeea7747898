#include <algorithm>
#include <cmath>

#include "layout/layout.h"

namespace tributary {
namespace {

constexpr double sourceAspect = 16.0 / 9.0;
// Cropping a 16:9 camera to more than this loses foreheads; wider rows are centred instead.
constexpr double widestCell = 2.3;

int evenDown(int value) {
  return value & ~1;
}

/// How many cells each row holds: as equal as can be, the fuller rows first.
int cellsInRow(int people, int rows, int row) {
  return people / rows + (row < people % rows ? 1 : 0);
}

/// The edges of `count` cells of equal size that fill `extent`: cell i is [first, second).
std::pair<int, int> cell(int extent, int gap, int count, int index) {
  const double size = (extent - gap * (count - 1.0)) / count;
  const int start = evenDown(static_cast<int>(std::lround(index * (size + gap))));
  const int end =
      index + 1 == count ? extent : evenDown(static_cast<int>(std::lround((index + 1) * (size + gap)))) - gap;
  return {start, end};
}

/// Of the area the row's cells cover, what is picture worth seeing: cropping costs, so does empty canvas.
double worth(const LayoutInput& input, int rows) {
  const double height = (input.height - input.gap * (rows - 1.0)) / rows;
  double sum = 0;
  for (int row = 0; row < rows; ++row) {
    const int count = cellsInRow(static_cast<int>(input.sources.size()), rows, row);
    double width = (input.width - input.gap * (count - 1.0)) / count;
    width = std::min(width, height * widestCell);
    if (width < 2 || height < 2) return -1;
    const double aspect = width / height;
    const double kept = std::min(aspect / sourceAspect, sourceAspect / aspect);
    sum += count * width * height * std::sqrt(kept);
  }
  return sum;
}

int bestRows(const LayoutInput& input) {
  int best = 1;
  for (int rows = 2; rows <= static_cast<int>(input.sources.size()); ++rows) {
    if (worth(input, rows) > worth(input, best) + 1e-6) best = rows;
  }
  return best;
}

}  // namespace

std::vector<Tile> gridLayout(const LayoutInput& input) {
  std::vector<Tile> tiles;
  if (input.sources.empty()) return tiles;
  const int rows = bestRows(input);
  size_t next = 0;
  for (int row = 0; row < rows; ++row) {
    const auto [top, bottom] = cell(input.height, input.gap, rows, row);
    const int count = cellsInRow(static_cast<int>(input.sources.size()), rows, row);
    const int fullWidth = (input.width - input.gap * (count - 1)) / count;
    const int cellWidth = std::min(fullWidth, static_cast<int>((bottom - top) * widestCell));
    const bool fills = cellWidth == fullWidth;
    const int rowWidth = fills ? input.width : evenDown(cellWidth) * count + input.gap * (count - 1);
    const int left = evenDown((input.width - rowWidth) / 2);
    for (int column = 0; column < count; ++column) {
      const auto& source = input.sources[next++];
      const auto [start, end] = cell(rowWidth, input.gap, count, column);
      tiles.push_back({source.identity, source.source, Rect{left + start, top, end - start, bottom - top}});
    }
  }
  return tiles;
}

}  // namespace tributary
