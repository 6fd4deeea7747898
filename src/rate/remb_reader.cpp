#include "rate/remb_reader.h"

#include <cmath>

namespace tributary {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr uint8_t payloadFeedback = 206;
constexpr uint8_t applicationLayer = 15;

uint32_t read32(Bytes at) {
  return static_cast<uint32_t>(at[0]) << 24 | static_cast<uint32_t>(at[1]) << 16 |
         static_cast<uint32_t>(at[2]) << 8 | at[3];
}

/// Behind both SSRCs: "REMB", the number of SSRCs, 6 bits of exponent and 18 of mantissa.
std::optional<double> rembIn(Bytes packet) {
  if (packet.size() < 20 || read32(packet.subspan(12)) != 0x52454d42) return std::nullopt;
  const unsigned exponent = packet[17] >> 2;
  const uint32_t mantissa = (packet[17] & 3U) << 16 | static_cast<uint32_t>(packet[18]) << 8 | packet[19];
  return std::ldexp(mantissa, static_cast<int>(exponent));
}

}  // namespace

std::optional<double> readRemb(Bytes compound) {
  std::optional<double> out;
  while (compound.size() >= 8 && compound[0] >> 6 == 2) {
    const size_t length = 4 * (static_cast<size_t>(compound[2] << 8 | compound[3]) + 1);
    if (length > compound.size()) break;
    const Bytes packet = compound.first(length);
    const bool feedback = packet[1] == payloadFeedback && (packet[0] & 0x1f) == applicationLayer;
    const auto remb = feedback ? rembIn(packet) : std::nullopt;
    if (remb) out = remb;
    compound = compound.subspan(length);
  }
  return out;
}

}  // namespace tributary
