#pragma once

#include <cstdint>
#include <optional>

#include "media/picture.h"
#include "media/picture_ops.h"

namespace tributary::load {

/// A number painted into a picture as two rows of 16 black or white blocks, each row twice as many bits as a
/// checksum needs: 24 bits of value, 8 of checksum. Blocks are 1/24 of the picture's height squared, so that
/// they survive a tile of 1/49 of 720p and the encoder.
inline constexpr uint32_t timecodeMask = 0xffffff;

/// Paints the low 24 bits. The picture is 16:9.
void paintTimecode(const PictureView& picture, uint32_t value);

/// Reads it out of the part of `canvas` where that picture was fitted, by crop or with bars; nullopt where
/// the checksum says no. `x` … `height`: the tile in pixels.
std::optional<uint32_t> readTimecode(const PictureView& canvas, double x, double y, double width,
                                     double height);

/// The difference of two values that wrap at 24 bits.
inline int32_t timecodeSince(uint32_t now, uint32_t then) {
  return static_cast<int32_t>((now - then) << 8U) >> 8;
}

}  // namespace tributary::load
