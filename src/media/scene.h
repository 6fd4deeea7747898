#pragma once

#include <chrono>
#include <cstdint>
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
  bool overlaps = false;                 ///< lies on another tile
  bool talks = false;                    ///< has the talker's border
};

/// How tiles look and move.
struct TileStyle {
  std::chrono::milliseconds glide{200};  ///< a tile's way to its new place; 0 is at once
  int borderWidth = 0;                   ///< pixels, even, inside of the tile; 0 is none
  uint32_t borderColour = 0x2a313a;      ///< 0xRRGGBB
  int talkerWidth = 4;
  uint32_t talkerColour = 0x3ecf8e;
};

/// All that a canvas shows, but for the cameras' frames. Immutable once handed to the mixer.
struct Scene {
  std::vector<SceneTile> tiles;  ///< in the order they are drawn
  TileStyle style;
  std::shared_ptr<const Overlay> counter;  ///< may be null; drawn `labelInset` from the right top corner
};

inline constexpr int labelInset = 8;

}  // namespace tributary
