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

enum class Corner { topLeft, topRight, bottomLeft, bottomRight };

/// From the edges to what lies in a corner.
inline constexpr int labelInset = 8;

/// Where a thing of that size has its upper left in a corner of `area`. Even where all of it is.
inline Rect inCorner(const Rect& area, Corner corner, int width, int height, int inset = labelInset) {
  const bool left = corner == Corner::topLeft || corner == Corner::bottomLeft;
  const bool top = corner == Corner::topLeft || corner == Corner::topRight;
  return {left ? area.x + inset : area.x + area.width - width - inset,
          top ? area.y + inset : area.y + area.height - height - inset, width, height};
}

/// One tile as the mixer draws it.
struct SceneTile {
  std::shared_ptr<TileSlot> slot;
  Rect rect;
  Fit fit = Fit::crop;
  std::shared_ptr<const Picture> card;   ///< shown while the slot has no picture; of the rect's size
  std::shared_ptr<const Overlay> label;  ///< may be null; drawn in the style's corner
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
  int overlapWidth = 2;  ///< around tiles that lie on others, where borderWidth is less
  Corner labelCorner = Corner::bottomLeft;
  int labelInset = tributary::labelInset;
};

/// All that a canvas shows, but for the cameras' frames. Immutable once handed to the mixer.
struct Scene {
  std::vector<SceneTile> tiles;  ///< in the order they are drawn
  TileStyle style;
  std::shared_ptr<const Picture> background;  ///< of the canvas's size; null: the canvas's colour
  struct Placed {
    std::shared_ptr<const Overlay> overlay;
    int x = 0, y = 0;  ///< even; what does not fit the canvas is left out
  };
  std::vector<Placed> overlays;  ///< over everything
};

}  // namespace tributary
