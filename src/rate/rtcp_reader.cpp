#include "rate/rtcp_reader.h"

#include <algorithm>
#include <cmath>

namespace tributary {
namespace {

using Bytes = std::span<const uint8_t>;

constexpr uint8_t senderReport = 200;
constexpr uint8_t receiverReport = 201;
constexpr uint8_t payloadFeedback = 206;
constexpr uint8_t applicationLayer = 15;
constexpr size_t reportBlock = 24;

uint32_t read32(Bytes at) {
  return static_cast<uint32_t>(at[0]) << 24 | static_cast<uint32_t>(at[1]) << 16 |
         static_cast<uint32_t>(at[2]) << 8 | at[3];
}

void readReports(Bytes blocks, size_t count, ReceiverNews& out) {
  for (; count > 0 && blocks.size() >= reportBlock; --count, blocks = blocks.subspan(reportBlock)) {
    out.fractionLost = std::max(out.fractionLost.value_or(0), blocks[4] / 256.0);
    const uint32_t last = read32(blocks.subspan(16));
    if (last == 0) continue;  // it has had no sender report yet
    out.lastSenderReport = last;
    out.delaySince = read32(blocks.subspan(20));
  }
}

/// Both SSRCs, "REMB", the number of SSRCs, 6 bits of exponent and 18 of mantissa.
void readRemb(Bytes packet, ReceiverNews& out) {
  if (packet.size() < 20 || read32(packet.subspan(12)) != 0x52454d42) return;
  const unsigned exponent = packet[17] >> 2;
  const uint32_t mantissa = (packet[17] & 3U) << 16 | static_cast<uint32_t>(packet[18]) << 8 | packet[19];
  out.remb = std::ldexp(mantissa, static_cast<int>(exponent));
}

}  // namespace

ReceiverNews readReceiverNews(Bytes compound) {
  ReceiverNews out;
  while (compound.size() >= 8) {
    if (compound[0] >> 6 != 2) return out;
    const size_t length = 4 * (static_cast<size_t>(compound[2] << 8 | compound[3]) + 1);
    if (length > compound.size()) return out;
    const Bytes packet = compound.first(length);
    const size_t count = packet[0] & 0x1f;
    if (packet[1] == senderReport && length >= 28) readReports(packet.subspan(28), count, out);
    if (packet[1] == receiverReport) readReports(packet.subspan(8), count, out);
    if (packet[1] == payloadFeedback && count == applicationLayer) readRemb(packet, out);
    compound = compound.subspan(length);
  }
  return out;
}

std::optional<int64_t> roundTripFrom(const ReceiverNews& news, uint32_t ntpNow) {
  if (!news.lastSenderReport) return std::nullopt;
  const uint32_t units = ntpNow - *news.lastSenderReport - news.delaySince;
  constexpr uint32_t longest = 10 << 16;  // a way this slow is none
  if (units > longest) return std::nullopt;
  return static_cast<int64_t>(units) * 1'000'000'000 / 65536;
}

}  // namespace tributary
