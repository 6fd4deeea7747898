#include "loadgen/timecode.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tributary::load {
namespace {

constexpr int columns = 16;
constexpr int rows = 2;
constexpr double side = 1.0 / 24;    // of the picture's height
constexpr double top = 0.62;         // of the picture's height: below the face
constexpr double aspect = 16.0 / 9;  // of the picture
constexpr double left = (aspect - columns * side) / 2;

uint8_t checksum(uint32_t value) {
  uint32_t sum = 0x5a;
  for (int shift = 0; shift < 24; shift += 8)
    sum = (sum * 31 + (value >> shift & 0xff)) ^ (sum >> 5);
  return static_cast<uint8_t>(sum);
}

uint32_t withChecksum(uint32_t value) {
  return (value & timecodeMask) << 8 | checksum(value & timecodeMask);
}

/// Where a picture of height 1 lies on the canvas.
struct Place {
  double x, y, scale;
};

/// The middle half of a block, averaged.
int brightness(const PictureView& canvas, const Place& place, int column, int row) {
  const double x = place.x + (left + (column + 0.5) * side) * place.scale;
  const double y = place.y + (top + (row + 0.5) * side) * place.scale;
  const double half = std::max(0.5, side * place.scale / 4);
  const int x0 = std::clamp(static_cast<int>(std::lround(x - half)), 0, canvas.width - 1);
  const int x1 = std::clamp(static_cast<int>(std::lround(x + half)), x0 + 1, canvas.width);
  const int y0 = std::clamp(static_cast<int>(std::lround(y - half)), 0, canvas.height - 1);
  const int y1 = std::clamp(static_cast<int>(std::lround(y + half)), y0 + 1, canvas.height);
  int sum = 0;
  for (int line = y0; line < y1; ++line) {
    for (int at = x0; at < x1; ++at)
      sum += canvas.plane[0][static_cast<ptrdiff_t>(line) * canvas.stride[0] + at];
  }
  return sum / ((x1 - x0) * (y1 - y0));
}

std::optional<uint32_t> readAt(const PictureView& canvas, const Place& place) {
  uint32_t bits = 0;
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column)
      bits = bits << 1 | (brightness(canvas, place, column, row) > 126 ? 1U : 0U);
  }
  const uint32_t value = bits >> 8;
  if (withChecksum(value) != bits) return std::nullopt;
  return value;
}

}  // namespace

void paintTimecode(const PictureView& picture, uint32_t value) {
  const uint32_t bits = withChecksum(value);
  const double scale = picture.height;
  for (int block = 0; block < rows * columns; ++block) {
    const bool white = (bits >> (31 - block) & 1U) != 0;
    const int row0 = block / columns;
    const int x0 = static_cast<int>(std::lround((left + block % columns * side) * scale));
    const int y0 = static_cast<int>(std::lround((top + row0 * side) * scale));
    const int size = static_cast<int>(std::ceil(side * scale));
    for (int line = y0; line < std::min(y0 + size, picture.height); ++line) {
      uint8_t* row = picture.plane[0] + static_cast<ptrdiff_t>(line) * picture.stride[0];
      std::fill(row + x0, row + std::min(x0 + size, picture.width), static_cast<uint8_t>(white ? 225 : 24));
    }
    // Grey, or the face's colour would bend the blocks' brightness in the encoder.
    for (int line = y0 / 2; line < std::min((y0 + size) / 2, picture.height / 2); ++line) {
      for (const size_t plane : {size_t{1}, size_t{2}}) {
        uint8_t* row = picture.plane[plane] + static_cast<ptrdiff_t>(line) * picture.stride[plane];
        std::fill(row + x0 / 2, row + std::min(x0 + size, picture.width) / 2, uint8_t{128});
      }
    }
  }
}

std::optional<uint32_t> readTimecode(const PictureView& canvas, double x, double y, double width,
                                     double height) {
  if (width < 16 || height < 16) return std::nullopt;
  // Covering the tile, covering it with up to a twelfth cut off (cutTo()), or whole inside of it.
  const double covering = std::max(width / aspect, height);
  for (const double scale : {covering, covering * 33 / 32, covering * 17 / 16, covering * 13 / 12,
                             std::min(width / aspect, height)}) {
    const auto read = readAt(canvas, {x + (width - scale * aspect) / 2, y + (height - scale) / 2, scale});
    if (read) return read;
  }
  return std::nullopt;
}

}  // namespace tributary::load
