#include "layout/cells.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace tributary {
namespace {

constexpr double sourceAspect = 16.0 / 9.0;
// Cropping a 16:9 camera to more than this loses foreheads; wider rows are centred instead.
constexpr double widestCell = 2.3;
constexpr double narrowestStripCell = 4.0 / 3.0;
// A strip of few people may have cells nearly as high as wide, so that it leaves no canvas empty.
constexpr double narrowestLooseCell = 1.0;

/// A gap that leaves at least three quarters of the extent to the cells.
int gapFor(int extent, int count, int gap) {
  return evenDown(std::clamp(gap, 0, extent / (4 * std::max(count, 1))));
}

/// The edges of `count` cells of equal size that fill `extent`: cell i is [first, second).
std::pair<int, int> edges(int extent, int gap, int count, int index) {
  const double size = (extent - gap * (count - 1.0)) / count;
  const int start = evenDown(static_cast<int>(std::lround(index * (size + gap))));
  const int end =
      index + 1 == count ? extent : evenDown(static_cast<int>(std::lround((index + 1) * (size + gap)))) - gap;
  return {start, end};
}

int cellsInRow(int count, int rows, int row) {
  return count / rows + (row < count % rows ? 1 : 0);
}

struct Size {
  double width, height;
};

/// The cells of a row of `count` when there are `rows`.
Size cellSize(const Rect& area, int rows, int count, int gap, bool keepAspect) {
  const double height = (area.height - gapFor(area.height, rows, gap) * (rows - 1.0)) / rows;
  const double width = (area.width - gapFor(area.width, count, gap) * (count - 1.0)) / count;
  if (!keepAspect) return {std::min(width, height * widestCell), height};
  const double fitting = std::min(width, height * sourceAspect);
  return {fitting, fitting / sourceAspect};
}

/// Of the area the cells cover, what is picture worth seeing: cropping costs, so does empty canvas.
double worth(const Rect& area, int rows, int count, int gap, bool keepAspect) {
  double sum = 0;
  for (int row = 0; row < rows; ++row) {
    const int inRow = cellsInRow(count, rows, row);
    // Cells that keep their aspect are all of the fullest row's size.
    const auto [width, height] =
        cellSize(area, rows, keepAspect ? cellsInRow(count, rows, 0) : inRow, gap, keepAspect);
    if (width < 2 || height < 2) return -1;
    const double aspect = width / height;
    const double kept = std::min(aspect / sourceAspect, sourceAspect / aspect);
    sum += inRow * width * height * std::sqrt(kept);
  }
  return sum;
}

int bestRows(const Rect& area, int count, int gap, bool keepAspect) {
  int best = 1;
  double most = worth(area, 1, count, gap, keepAspect);
  for (int rows = 2; rows <= count; ++rows) {
    const double now = worth(area, rows, count, gap, keepAspect);
    if (now > most + 1e-6) {
      best = rows;
      most = now;
    }
  }
  return best;
}

/// `count` cells of that extent in the middle of [0, extent), or filling it where that is close.
std::vector<std::pair<int, int>> centred(int extent, int count, int size, int gap) {
  const int used = size * count + gap * (count - 1);
  const bool fills = extent - used < 2 * count + 2;
  const int length = fills ? extent : used;
  const int start = evenDown((extent - length) / 2);
  std::vector<std::pair<int, int>> out;
  out.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    const auto [from, to] = edges(length, gap, count, i);
    out.emplace_back(start + from, to - from);
  }
  return out;
}

int evenAtLeastTwo(double value) {
  return std::max(2, evenDown(static_cast<int>(value + 1e-6)));
}

/// How long a strip's cell is allowed to be, along the strip.
Size stripLimits(int across, Direction direction, bool keepAspect) {
  const double least = keepAspect ? sourceAspect : narrowestStripCell;
  const double most = keepAspect ? sourceAspect : widestCell;
  if (direction == Direction::across) return {across * least, across * most};
  return {across / most, across / (keepAspect ? sourceAspect : narrowestLooseCell)};
}

}  // namespace

Rect canvasOf(const LayoutInput& input) {
  return {0, 0, evenDown(input.width), evenDown(input.height)};
}

std::vector<Rect> gridCells(const Rect& area, int count, int gap, bool keepAspect) {
  std::vector<Rect> out;
  if (count <= 0) return out;
  const int rows = bestRows(area, count, gap, keepAspect);
  const int fullest = cellsInRow(count, rows, 0);
  const int height = evenAtLeastTwo(cellSize(area, rows, fullest, gap, keepAspect).height);
  const auto rowEdges = centred(area.height, rows, height, gapFor(area.height, rows, gap));
  for (int row = 0; row < rows; ++row) {
    const int inRow = cellsInRow(count, rows, row);
    const auto size = cellSize(area, rows, keepAspect ? fullest : inRow, gap, keepAspect);
    const auto [top, rowHeight] = rowEdges[static_cast<size_t>(row)];
    for (const auto& [left, width] :
         centred(area.width, inRow, evenAtLeastTwo(size.width), gapFor(area.width, inRow, gap)))
      out.push_back({area.x + left, area.y + top, width, rowHeight});
  }
  return out;
}

int stripCapacity(const Rect& area, Direction direction, int gap, bool keepAspect) {
  const bool across = direction == Direction::across;
  const double least = stripLimits(across ? area.height : area.width, direction, keepAspect).width;
  const int along = across ? area.width : area.height;
  return std::max(1, static_cast<int>((along + gap) / (least + gap)));
}

std::vector<Rect> stripCells(const Rect& area, Direction direction, int count, int gap, bool keepAspect) {
  std::vector<Rect> out;
  if (count <= 0) return out;
  const bool across = direction == Direction::across;
  const int along = across ? area.width : area.height;
  const int usedGap = gapFor(along, count, gap);
  const double most = stripLimits(across ? area.height : area.width, direction, keepAspect).height;
  const int size = evenAtLeastTwo(std::min(most, (along - usedGap * (count - 1.0)) / count));
  for (const auto& [start, length] : centred(along, count, size, usedGap)) {
    out.push_back(across ? Rect{area.x + start, area.y, length, area.height}
                         : Rect{area.x, area.y + start, area.width, length});
  }
  return out;
}

Rect stageCell(const Rect& area, bool keepAspect) {
  if (!keepAspect) return area;
  const int width = std::min(area.width, evenAtLeastTwo(area.height * sourceAspect));
  const int height = std::min(area.height, evenAtLeastTwo(width / sourceAspect));
  return {area.x + evenDown((area.width - width) / 2), area.y + evenDown((area.height - height) / 2), width,
          height};
}

const LayoutSource* stageOf(const LayoutInput& input) {
  const LayoutSource* talker = nullptr;
  const LayoutSource* first = nullptr;
  for (const auto& source : input.sources) {
    if (source.source != Source::camera) continue;
    if (!input.spotlight.empty() && source.identity == input.spotlight) return &source;
    if (first == nullptr) first = &source;
    if (source.identity == input.talker) talker = &source;
  }
  return talker != nullptr ? talker : first;
}

Cast castOf(const LayoutInput& input) {
  Cast out;
  out.stage = stageOf(input);
  for (const auto wanted : {Source::screen, Source::camera}) {
    for (const auto& source : input.sources) {
      if (source.source == wanted && &source != out.stage) out.rest.push_back(&source);
    }
  }
  if (out.stage == nullptr && !out.rest.empty()) {
    out.stage = out.rest.front();
    out.rest.erase(out.rest.begin());
  }
  return out;
}

Tile tileOf(const LayoutSource& source, const Rect& rect, int z) {
  return {source.identity, source.source, rect, z};
}

}  // namespace tributary
