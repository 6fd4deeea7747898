#pragma once

#include <memory>
#include <string>
#include <vector>

#include "layout/layout.h"
#include "media/picture_ops.h"
#include "media/tile_slot.h"

namespace tributary {

/// One tile as the mixer draws it.
struct SceneTile {
  std::shared_ptr<TileSlot> slot;
  Rect rect;
  Fit fit = Fit::crop;
  std::shared_ptr<const Picture> card;   ///< shown while the slot has no picture; of the rect's size
  std::shared_ptr<const Overlay> label;  ///< may be null; drawn `labelInset` from the left bottom corner
};

/// All that a canvas shows, but for the cameras' frames. Immutable once handed to the mixer.
struct Scene {
  std::vector<SceneTile> tiles;
};

inline constexpr int labelInset = 8;

}  // namespace tributary
