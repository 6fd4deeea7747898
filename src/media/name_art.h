#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "media/picture_ops.h"

namespace tributary {

/// What stands for a person on the canvas. Text is laid out by Pango, so any script works, and is cut
/// with an ellipsis where it would not fit.
struct Person {
  std::string identity;  ///< decides the colour: the same person always has the same
  std::string name;
  bool audioMuted = false;
};

/// How names are written.
struct NameStyle {
  enum class Shape {
    pill,
    bar,     ///< as wide as the tile
    outline  ///< no box, letters with an edge of the background's colour
  };
  std::string font = "Inter, Noto Sans, DejaVu Sans, sans-serif";  ///< families, the first that is installed
  double size = 0.05;  ///< of the tile's height; drawn between 12 and 22 pixels for each 720 of the canvas
  Shape shape = Shape::pill;
  uint32_t colour = 0xffffff;      ///< 0xRRGGBB
  uint32_t background = 0x0d0f14;  ///< of the box
  double opacity = 0.72;           ///< of the box
};

/// The name card: initials in a disc of the person's own colour. `width` and `height` even.
/// A few milliseconds each; not for every frame. Thread: owner.
std::shared_ptr<const Picture> drawCard(const Person& person, int width, int height,
                                        const NameStyle& style = {});

/// The name, with a crossed microphone when muted; nullptr where a tile of that size has no room for one.
std::shared_ptr<const Overlay> drawLabel(const Person& person, int tileWidth, int tileHeight,
                                         const NameStyle& style = {}, int canvasHeight = 720);

/// "+12" in a pill: so many more people are there than are seen.
std::shared_ptr<const Overlay> drawCounter(int more, int canvasHeight, const NameStyle& style = {});

/// A red dot and REC in a dark pill, for a canvas of that height.
std::shared_ptr<const Overlay> drawRecordingMark(int canvasHeight);

/// Up to two letters: of the first and the last word.
std::string initials(const std::string& name);

}  // namespace tributary
