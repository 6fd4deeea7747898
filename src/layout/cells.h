#pragma once

#include <vector>

#include "layout/layout.h"

namespace tributary {

// What layouts are made of. All rectangles that come out are even, at least 2x2 and within the area they were
// given, provided that it is even and at least 4 pixels for each cell each way.

constexpr int evenDown(int value) {
  return value & ~1;
}

/// The canvas to lay out, odd last column or row left out.
Rect canvasOf(const LayoutInput& input);

/// The cells of `count` in rows, in reading order. Rows are as equal as can be, the fuller ones first, as
/// many as leave most of each 16:9 picture to be seen.
std::vector<Rect> gridCells(const Rect& area, int count, int gap, bool keepAspect);

enum class Direction { across, down };

/// How many cells a strip takes before they become narrower than 4:3 or flatter than 2.3:1.
int stripCapacity(const Rect& area, Direction direction, int gap, bool keepAspect);

/// Cells one after the other, centred where they are too few to fill the area.
std::vector<Rect> stripCells(const Rect& area, Direction direction, int count, int gap, bool keepAspect);

/// The largest 16:9 rectangle in the middle of `area`, or all of it.
Rect stageCell(const Rect& area, bool keepAspect);

/// A stage and everybody else, in order of their seats, screens first.
struct Cast {
  const LayoutSource* stage = nullptr;
  std::vector<const LayoutSource*> rest;
};
Cast castOf(const LayoutInput& input);

Tile tileOf(const LayoutSource& source, const Rect& rect, int z = 0);

}  // namespace tributary
