#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace tributary {

/// Pixels of a coded picture.
struct FrameSize {
  int width = 0;
  int height = 0;

  bool operator==(const FrameSize&) const = default;
};

inline int64_t pixels(FrameSize size) {
  return static_cast<int64_t>(size.width) * size.height;
}

/// The size that a frame tells its decoder to make, the largest where several are packed into one: of VP8 key
/// frames (RFC 6386, 9.1) and of VP9 frames that say one (VP9 bitstream specification, 6.2 and annex B).
/// nullopt: it has the size of a frame before, it is broken, or of another codec. Of VP8 10 bytes are enough.
/// Pure.
std::optional<FrameSize> codedSize(std::string_view codec, std::span<const uint8_t> frame);

}  // namespace tributary
