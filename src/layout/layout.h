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

/// Which of a person's pictures.
enum class Source { camera, screen };

std::string_view toString(Source source);

/// A picture that wants a tile.
struct LayoutSource {
  std::string identity;
  Source source = Source::camera;
  bool hasVideo = true;  ///< false shows a name card
};

/// One place of a custom layout, in ratios of the canvas (0 to 1).
struct Region {
  double left = 0;
  double top = 0;
  double width = 1;
  double height = 1;
  std::string role = "any";  ///< "talker", "screen", "spotlight", "any" or "identity:" and an identity
  int z = 0;                 ///< higher is drawn over lower; regions of the same z must not overlap
};

/// The regions of a custom layout for a certain number of people: as many as it has regions.
struct RegionSet {
  std::vector<Region> regions;
};

/// Whether one of them is for a screen: such a set goes before others while somebody shares one, else after.
bool asksForScreen(const RegionSet& set);

/// All that a layout may look at.
struct LayoutInput {
  std::vector<LayoutSource> sources;  ///< in order of their seats; each identity has at most one of a source
  std::string talker;                 ///< who talks, or has talked last; empty if nobody has
  std::string spotlight;              ///< whom a moderator has put up; empty is nobody
  int width = 1280;                   ///< canvas, even
  int height = 720;
  int gap = 4;              ///< pixels between tiles, even
  int maxTiles = 25;        ///< no layout places more
  bool keepAspect = false;  ///< cells of 16:9 where true; else cells fill the canvas and cameras are cropped
  std::vector<RegionSet> regions;  ///< of the layout "custom"; the others do not look at it
};

struct Tile {
  std::string identity;
  Source source = Source::camera;
  Rect rect;
  int z = 0;  ///< higher is drawn over lower

  bool operator==(const Tile&) const = default;
};

struct Layout {
  std::string name;
  std::vector<Tile> tiles;
};

/// A layout is a pure function: the same input gives the same tiles. A source has at most one tile; those
/// without are heard and not seen. Tiles come in the order in which they are drawn.
using LayoutFunction = std::vector<Tile> (*)(const LayoutInput&);

struct LayoutKind {
  std::string_view name;
  LayoutFunction place = nullptr;
  bool overlaps = false;  ///< whether tiles may lie on each other
  bool hasStage = false;  ///< whether the talker or the spotlight has a place of its own
};

/// The layout of that name, or nullptr.
const LayoutKind* findLayout(std::string_view name);

/// All names, for error messages and menus.
std::vector<std::string_view> layoutNames();

/// Who has the stage in layouts that have one: the spotlight, else the talker, else who sits first.
/// nullptr where there is no camera.
const LayoutSource* stageOf(const LayoutInput& input);

/// Equal rows that fill the canvas.
std::vector<Tile> gridLayout(const LayoutInput& input);
/// A stage and a strip of the others below it.
std::vector<Tile> speakerLayout(const LayoutInput& input);
/// A stage and a column of the others on the right.
std::vector<Tile> sidebarLayout(const LayoutInput& input);
/// A stage on the whole canvas, up to three of the others small in its lower right corner.
std::vector<Tile> pipLayout(const LayoutInput& input);
/// The stage alone.
std::vector<Tile> singleSpeakerLayout(const LayoutInput& input);
/// All screens large, a column of cameras on the right; "sidebar" where nobody shares a screen.
std::vector<Tile> screenShareLayout(const LayoutInput& input);
/// The best fitting of `input.regions`: see custom.cpp. A region nobody has a claim to stays empty.
std::vector<Tile> customLayout(const LayoutInput& input);

}  // namespace tributary
