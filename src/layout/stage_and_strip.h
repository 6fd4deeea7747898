#pragma once

#include "layout/cells.h"

namespace tributary {

/// Where the strip lies; the stage has the rest of the canvas.
enum class StripSide { bottom, right };

struct StageAndStrip {
  Rect stage;  ///< all of the canvas where the strip is empty
  std::vector<Rect> strip;
};

/// Room for a stage and up to `others` tiles beside it. The more there are, the thinner the strip, from a
/// quarter of the canvas down to a sixth; those who do not fit in that have no cell.
StageAndStrip stageAndStrip(const LayoutInput& input, StripSide side, int others);

}  // namespace tributary
