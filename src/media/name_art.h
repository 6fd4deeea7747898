#pragma once

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

/// The name card: initials in a disc of the person's own colour. `width` and `height` even.
/// A few milliseconds each; not for every frame. Thread: owner.
std::shared_ptr<const Picture> drawCard(const Person& person, int width, int height);

/// The name in a dark pill, with a crossed microphone when muted; nullptr where a tile of that size has
/// no room for one.
std::shared_ptr<const Overlay> drawLabel(const Person& person, int tileWidth, int tileHeight);

/// "+12" in a dark pill: so many more people are there than are seen.
std::shared_ptr<const Overlay> drawCounter(int more, int canvasHeight);

/// A red dot and REC in a dark pill, for a canvas of that height.
std::shared_ptr<const Overlay> drawRecordingMark(int canvasHeight);

/// Up to two letters: of the first and the last word.
std::string initials(const std::string& name);

}  // namespace tributary
