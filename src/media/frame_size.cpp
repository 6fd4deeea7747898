#include "media/frame_size.h"

#include <algorithm>
#include <vector>

namespace tributary {
namespace {

std::optional<FrameSize> vp8Size(std::span<const uint8_t> frame) {
  if (frame.size() < 10 || (frame[0] & 1) != 0) return std::nullopt;
  // Two bits of each are for scaling.
  return FrameSize{(frame[7] & 0x3f) << 8 | frame[6], (frame[9] & 0x3f) << 8 | frame[8]};
}

/// From the highest bit of the first byte on; zeros behind the end.
class Bits {
 public:
  explicit Bits(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  int take(int count) {
    int out = 0;
    for (; count > 0; --count, ++at_) {
      const bool bit = at_ / 8 < bytes_.size() && (bytes_[at_ / 8] >> (7 - at_ % 8) & 1) != 0;
      out = out << 1 | (bit ? 1 : 0);
    }
    return out;
  }
  bool flag() { return take(1) != 0; }
  bool isOver() const { return at_ > bytes_.size() * 8; }

 private:
  std::span<const uint8_t> bytes_;
  size_t at_ = 0;
};

constexpr int vp9SyncCode = 0x498342;

void skipColours(Bits& bits, int profile) {
  constexpr int srgb = 7;
  if (profile >= 2) bits.take(1);
  const bool subsampled = profile == 1 || profile == 3;
  if (bits.take(3) != srgb) {
    bits.take(subsampled ? 4 : 1);
  } else if (subsampled) {
    bits.take(1);
  }
}

FrameSize takeSize(Bits& bits) {
  const int width = bits.take(16) + 1;
  return {width, bits.take(16) + 1};
}

/// Of one that refers to others: theirs, unless it says one.
std::optional<FrameSize> interSize(Bits& bits) {
  constexpr int references = 3;
  bits.take(8 + references * 4);
  for (int i = 0; i < references; ++i) {
    if (bits.flag()) return std::nullopt;
  }
  return takeSize(bits);
}

std::optional<FrameSize> vp9Frame(Bits& bits) {
  if (bits.take(2) != 2) return std::nullopt;
  const int low = bits.take(1);
  const int profile = bits.take(1) << 1 | low;
  if (profile == 3) bits.take(1);
  if (bits.flag()) return std::nullopt;  // shows a frame once more
  const bool isKey = !bits.flag();
  const bool isShown = bits.flag();
  const bool isResilient = bits.flag();
  if (isKey) {
    if (bits.take(24) != vp9SyncCode) return std::nullopt;
    skipColours(bits, profile);
    return takeSize(bits);
  }
  const bool isIntra = !isShown && bits.flag();
  if (!isResilient) bits.take(2);
  if (!isIntra) return interSize(bits);
  if (bits.take(24) != vp9SyncCode) return std::nullopt;
  if (profile > 0) skipColours(bits, profile);
  bits.take(8);
  return takeSize(bits);
}

/// Annex B: several frames in one, whose sizes are at the end.
std::vector<std::span<const uint8_t>> vp9Frames(std::span<const uint8_t> bytes) {
  std::vector<std::span<const uint8_t>> one = {bytes};
  if (bytes.empty() || (bytes.back() & 0xe0) != 0xc0) return one;
  const size_t count = (bytes.back() & 7U) + 1;
  const size_t width = (bytes.back() >> 3 & 3U) + 1;
  const size_t indexSize = 2 + count * width;
  if (bytes.size() < indexSize || bytes[bytes.size() - indexSize] != bytes.back()) return one;
  auto index = bytes.last(indexSize).subspan(1);
  auto rest = bytes.first(bytes.size() - indexSize);
  std::vector<std::span<const uint8_t>> out;
  for (size_t i = 0; i < count; ++i, index = index.subspan(width)) {
    size_t size = 0;
    for (size_t byte = 0; byte < width; ++byte)
      size |= static_cast<size_t>(index[byte]) << (8 * byte);
    out.push_back(rest.first(std::min(size, rest.size())));
    rest = rest.subspan(out.back().size());
  }
  return out;
}

std::optional<FrameSize> vp9Size(std::span<const uint8_t> frame) {
  std::optional<FrameSize> largest;
  for (const auto& one : vp9Frames(frame)) {
    Bits bits(one);
    const auto size = vp9Frame(bits);
    if (bits.isOver() || !size) continue;
    if (!largest || pixels(*size) > pixels(*largest)) largest = size;
  }
  return largest;
}

}  // namespace

std::optional<FrameSize> codedSize(std::string_view codec, std::span<const uint8_t> frame) {
  if (codec == "VP8") return vp8Size(frame);
  if (codec == "VP9") return vp9Size(frame);
  return std::nullopt;
}

}  // namespace tributary
