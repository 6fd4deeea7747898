#include "media/picture_ops.h"

#include <libyuv.h>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tributary {
namespace {

thread_local uint64_t scalingsHere = 0;

int evenDown(double value) {
  return std::max(2, static_cast<int>(value) & ~1);
}

uint8_t clampByte(double value) {
  return static_cast<uint8_t>(std::clamp(std::lround(value), 0L, 255L));
}

/// Linear is the cheapest up to a factor of 1.5 down, bilinear beyond it; box takes up to twice as long.
libyuv::FilterMode filterFor(const PictureView& source, const PictureView& target, Scaling scaling) {
  if (scaling == Scaling::good) return libyuv::kFilterBox;
  return source.width * 2 > target.width * 3 ? libyuv::kFilterBilinear : libyuv::kFilterLinear;
}

}  // namespace

YuvColour yuvFromRgb(uint32_t rgb) {
  const double r = (rgb >> 16) & 0xff;
  const double g = (rgb >> 8) & 0xff;
  const double b = rgb & 0xff;
  // ITU-R BT.601, 8 bit, limited range.
  return {clampByte(16 + 0.257 * r + 0.504 * g + 0.098 * b),
          clampByte(128 - 0.148 * r - 0.291 * g + 0.439 * b),
          clampByte(128 + 0.439 * r - 0.368 * g - 0.071 * b)};
}

void fill(const PictureView& target, YuvColour colour) {
  libyuv::I420Rect(target.plane[0], target.stride[0], target.plane[1], target.stride[1], target.plane[2],
                   target.stride[2], 0, 0, target.width, target.height, colour.y, colour.u, colour.v);
}

/// Row by row with memcpy: libyuv's copy starts `rep movsb` for each row, which is dear for the short rows of
/// small tiles.
void copy(const PictureView& source, const PictureView& target) {
  for (size_t p = 0; p < 3; ++p) {
    const auto width = static_cast<size_t>(p == 0 ? target.width : target.width / 2);
    const int height = p == 0 ? target.height : target.height / 2;
    const uint8_t* from = source.plane[p];
    uint8_t* to = target.plane[p];
    for (int y = 0; y < height; ++y, from += source.stride[p], to += target.stride[p])
      std::memcpy(to, from, width);
  }
}

void copyDimmed(const PictureView& source, const PictureView& target, int brightness) {
  for (size_t p = 0; p < 3; ++p) {
    const int width = p == 0 ? target.width : target.width / 2;
    const int height = p == 0 ? target.height : target.height / 2;
    const int zero = p == 0 ? 16 : 128;
    for (int y = 0; y < height; ++y) {
      const uint8_t* from = source.plane[p] + static_cast<ptrdiff_t>(y) * source.stride[p];
      uint8_t* to = target.plane[p] + static_cast<ptrdiff_t>(y) * target.stride[p];
      for (int x = 0; x < width; ++x) {
        to[x] = static_cast<uint8_t>(zero + (from[x] - zero) * brightness / 256);
      }
    }
  }
}

void scale(const PictureView& source, const PictureView& target, Scaling scaling) {
  if (source.width == target.width && source.height == target.height) return copy(source, target);
  ++scalingsHere;
  libyuv::I420Scale(source.plane[0], source.stride[0], source.plane[1], source.stride[1], source.plane[2],
                    source.stride[2], source.width, source.height, target.plane[0], target.stride[0],
                    target.plane[1], target.stride[1], target.plane[2], target.stride[2], target.width,
                    target.height, filterFor(source, target, scaling));
}

uint64_t scalings() {
  return scalingsHere;
}

PictureView fittedPart(const PictureView& target, int sourceWidth, int sourceHeight, Fit fit) {
  if (fit == Fit::crop) return target;
  const double sourceAspect = static_cast<double>(sourceWidth) / sourceHeight;
  const bool sourceIsWider = sourceAspect > static_cast<double>(target.width) / target.height;
  const int width =
      sourceIsWider ? target.width : std::min(target.width, evenDown(target.height * sourceAspect + 1));
  const int height =
      sourceIsWider ? std::min(target.height, evenDown(target.width / sourceAspect + 1)) : target.height;
  return target.part((target.width - width) / 2 & ~1, (target.height - height) / 2 & ~1, width, height);
}

std::optional<PictureView> cutTo(const PictureView& source, int width, int height) {
  const auto tooLarge = [](int from, int to) { return (from - to) * 12 > to; };
  if (source.width < width || source.height < height) return std::nullopt;
  if (tooLarge(source.width, width) && tooLarge(source.height, height)) return std::nullopt;
  return source.part((source.width - width) / 2 & ~1, (source.height - height) / 2 & ~1, width, height);
}

void fitInto(const PictureView& source, const PictureView& target, Fit fit, Scaling scaling) {
  if (fit == Fit::letterbox)
    return scale(source, fittedPart(target, source.width, source.height, fit), scaling);
  const double targetAspect = static_cast<double>(target.width) / target.height;
  const bool sourceIsWider = static_cast<double>(source.width) / source.height > targetAspect;
  const int width =
      sourceIsWider ? std::min(source.width, evenDown(source.height * targetAspect + 1)) : source.width;
  const int height =
      sourceIsWider ? source.height : std::min(source.height, evenDown(source.width / targetAspect + 1));
  const int x = (source.width - width) / 2 & ~1;
  const int y = (source.height - height) / 2 & ~1;
  scale(source.part(x, y, width, height), target, scaling);
}

void blend(const Overlay& overlay, const PictureView& target) {
  const PictureView& source = overlay.picture->view();
  libyuv::I420Blend(source.plane[0], source.stride[0], source.plane[1], source.stride[1], source.plane[2],
                    source.stride[2], target.plane[0], target.stride[0], target.plane[1], target.stride[1],
                    target.plane[2], target.stride[2], overlay.alpha.data(), source.width, target.plane[0],
                    target.stride[0], target.plane[1], target.stride[1], target.plane[2], target.stride[2],
                    source.width, source.height);
}

}  // namespace tributary
