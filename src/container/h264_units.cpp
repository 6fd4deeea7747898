#include "container/h264_units.h"

namespace tributary {
namespace {

constexpr uint8_t sequenceSet = 7;
constexpr uint8_t pictureSet = 8;
constexpr uint8_t delimiter = 9;

uint8_t typeOf(std::span<const uint8_t> unit) {
  return unit[0] & 0x1F;
}

/// Where the next 00 00 01 begins, or the end.
size_t startCode(std::span<const uint8_t> stream, size_t from) {
  for (size_t i = from; i + 3 <= stream.size(); ++i) {
    if (stream[i] == 0 && stream[i + 1] == 0 && stream[i + 2] == 1) return i;
  }
  return stream.size();
}

void appendSet(std::vector<uint8_t>& out, std::span<const uint8_t> unit) {
  out.push_back(static_cast<uint8_t>(unit.size() >> 8));
  out.push_back(static_cast<uint8_t>(unit.size()));
  out.insert(out.end(), unit.begin(), unit.end());
}

}  // namespace

std::vector<std::span<const uint8_t>> h264Units(std::span<const uint8_t> stream) {
  std::vector<std::span<const uint8_t>> out;
  size_t at = startCode(stream, 0);
  while (at < stream.size()) {
    const size_t begin = at + 3;
    at = startCode(stream, begin);
    size_t end = at;
    // Zeros before a start code belong to nobody (trailing_zero_8bits, or the long start code).
    while (end > begin && stream[end - 1] == 0)
      --end;
    if (end > begin) out.push_back(stream.subspan(begin, end - begin));
  }
  return out;
}

std::vector<uint8_t> toLengthPrefixed(std::span<const uint8_t> stream) {
  std::vector<uint8_t> out;
  out.reserve(stream.size() + 16);
  for (const auto unit : h264Units(stream)) {
    if (typeOf(unit) == delimiter) continue;
    for (int shift = 24; shift >= 0; shift -= 8)
      out.push_back(static_cast<uint8_t>(unit.size() >> shift));
    out.insert(out.end(), unit.begin(), unit.end());
  }
  return out;
}

std::vector<uint8_t> h264Config(std::span<const uint8_t> stream) {
  std::span<const uint8_t> sequence;
  std::span<const uint8_t> picture;
  for (const auto unit : h264Units(stream)) {
    if (typeOf(unit) == sequenceSet && unit.size() >= 4) sequence = unit;
    if (typeOf(unit) == pictureSet) picture = unit;
  }
  if (sequence.empty() || picture.empty()) return {};
  // Version 1, profile, compatibility and level from the sequence set, lengths of 4 bytes, one set of each.
  std::vector<uint8_t> out = {1, sequence[1], sequence[2], sequence[3], 0xFF, 0xE1};
  appendSet(out, sequence);
  out.push_back(1);
  appendSet(out, picture);
  return out;
}

}  // namespace tributary
