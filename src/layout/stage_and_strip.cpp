#include "layout/stage_and_strip.h"

#include <algorithm>

namespace tributary {
namespace {

struct Split {
  Rect stage, strip;
};

Split split(const Rect& canvas, StripSide side, int parts, int gap) {
  Split out{canvas, canvas};
  const int extent = side == StripSide::bottom ? canvas.height : canvas.width;
  const int thick = std::max(2, evenDown(extent / parts));
  const int rest = std::max(2, extent - thick - evenDown(std::clamp(gap, 0, extent / 8)));
  if (side == StripSide::bottom) {
    out.stage.height = rest;
    out.strip = {canvas.x, extent - thick, canvas.width, thick};
  } else {
    out.stage.width = rest;
    out.strip = {extent - thick, canvas.y, thick, canvas.height};
  }
  return out;
}

}  // namespace

StageAndStrip stageAndStrip(const LayoutInput& input, StripSide side, int others) {
  const Rect canvas = canvasOf(input);
  others = std::min(others, input.maxTiles - 1);
  if (others <= 0) return {stageCell(canvas, input.keepAspect), {}};
  const Direction direction = side == StripSide::bottom ? Direction::across : Direction::down;
  Split areas{};
  int count = 0;
  for (const int parts : {4, 5, 6}) {
    areas = split(canvas, side, parts, input.gap);
    count = std::min(others, stripCapacity(areas.strip, direction, input.gap, input.keepAspect));
    if (count == others) break;
  }
  return {stageCell(areas.stage, input.keepAspect),
          stripCells(areas.strip, direction, count, input.gap, input.keepAspect)};
}

}  // namespace tributary
