#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "media/picture.h"

namespace tributary {

/// How a camera fills a tile of another aspect.
enum class Fit { crop, letterbox };

/// A colour in the picture's own space (BT.601, limited range).
struct YuvColour {
  uint8_t y = 16;
  uint8_t u = 128;
  uint8_t v = 128;
};

/// From 0xRRGGBB.
YuvColour yuvFromRgb(uint32_t rgb);

void fill(const PictureView& target, YuvColour colour);

/// Same size, no scaling.
void copy(const PictureView& source, const PictureView& target);

/// Same size, at the given brightness: 0 black … 256 as it is.
void copyDimmed(const PictureView& source, const PictureView& target, int brightness);

/// `fast` is for what moves: half the CPU of `good`, and edges that shimmer a little.
enum class Scaling { good, fast };

/// Scales to the whole target, without regard to aspect.
void scale(const PictureView& source, const PictureView& target, Scaling scaling = Scaling::good);

/// How often scale() has changed a picture's size on this thread. At rest the mixer's never does.
uint64_t scalings();

/// What of `target` a picture of that size covers: all where it is cropped, the middle where it is
/// letterboxed.
PictureView fittedPart(const PictureView& target, int sourceWidth, int sourceHeight, Fit fit);

/// The middle of a picture that is as good as `width` x `height`: at most a twelfth larger in the direction
/// that decides, the other being cropped anyway. Such a picture is cut, not scaled: it costs nothing and
/// stays sharp. Empty: it must be scaled.
std::optional<PictureView> cutTo(const PictureView& source, int width, int height);

/// Scales by `fit`, keeping the aspect. What fittedPart() leaves out is left as it is.
void fitInto(const PictureView& source, const PictureView& target, Fit fit, Scaling scaling = Scaling::good);

/// A small picture with transparency (a label), drawn over tiles.
struct Overlay {
  std::shared_ptr<Picture> picture;
  std::vector<uint8_t> alpha;  ///< width × height, 255 is opaque
};

/// Draws all of `overlay` at the top left of `target`, which must be at least as large.
void blend(const Overlay& overlay, const PictureView& target);

}  // namespace tributary
