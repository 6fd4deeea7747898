#pragma once

#include <vector>

#include "layout/layout.h"

namespace tributary {

/// What of a canvas these tiles leave free, as rectangles that do not overlap: bands from top to bottom. Even
/// where all tiles and the canvas are. Tiles may overlap. Pure; about n² for n tiles.
std::vector<Rect> uncovered(const std::vector<Rect>& tiles, int width, int height);

}  // namespace tributary
