#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tributary {

/// Pixels, origin top left. In a Layout every number is even, as I420 wants it.
struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;

  bool operator==(const Rect&) const = default;
};

/// What a layout may look at. Everybody in `people` gets a tile, in that order.
struct LayoutInput {
  std::vector<std::string> people;  ///< identities, in the order they joined
  int width = 1280;                 ///< canvas, even
  int height = 720;
  int gap = 4;  ///< pixels between tiles, even
};

struct Tile {
  std::string identity;
  Rect rect;

  bool operator==(const Tile&) const = default;
};

struct Layout {
  std::string name;
  std::vector<Tile> tiles;
};

/// A layout is a pure function: the same input gives the same tiles.
using LayoutFunction = std::vector<Tile> (*)(const LayoutInput&);

/// The layout of that name, or nullptr.
LayoutFunction findLayout(std::string_view name);

/// All names, for error messages and menus.
std::vector<std::string_view> layoutNames();

/// Equal rows whose cells fill the canvas; see grid.cpp.
std::vector<Tile> gridLayout(const LayoutInput& input);

}  // namespace tributary
