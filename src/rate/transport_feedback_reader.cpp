#include "rate/transport_feedback_reader.h"

#include <algorithm>
#include <cstdlib>

#include "rate/units.h"

namespace tributary {
namespace {

using Bytes = std::span<const uint8_t>;
using feedback_time::referenceTick;
using feedback_time::tick;

constexpr size_t fixedPart = 20;                // header, SSRCs, base, count, reference
constexpr int64_t longest = 56'250;             // ticks between two reports: an hour
constexpr int64_t farthest = int64_t{1} << 32;  // ticks: eight years, far from what ns can tell

uint32_t read16(Bytes at) {
  return static_cast<uint32_t>(at[0]) << 8 | at[1];
}

/// A chunk's symbols: 0 missing, 1 with one byte of delta, 2 with two.
void readChunk(uint32_t chunk, size_t wanted, std::vector<uint8_t>& symbols) {
  if ((chunk & 0x8000) == 0) {
    const size_t run = std::min<size_t>(chunk & 0x1fff, wanted - symbols.size());
    symbols.insert(symbols.end(), run, static_cast<uint8_t>(chunk >> 13));
    return;
  }
  const unsigned bits = (chunk & 0x4000) != 0 ? 2 : 1;
  for (unsigned left = 14; left > 0 && symbols.size() < wanted; left -= bits)
    symbols.push_back(static_cast<uint8_t>(chunk >> (left - bits) & ((1U << bits) - 1)));
}

/// nullopt where the bytes end too early.
std::optional<int64_t> takeDelta(Bytes& bytes, uint8_t symbol) {
  const size_t size = symbol == 1 ? 1 : 2;
  if (bytes.size() < size) return std::nullopt;
  const int64_t delta = size == 1 ? bytes[0] : static_cast<int16_t>(read16(bytes));
  bytes = bytes.subspan(size);
  return delta;
}

}  // namespace

bool isTransportFeedback(Bytes packet) {
  return packet.size() >= fixedPart && (packet[0] & 0xdf) == 0x8f && packet[1] == 205;
}

std::vector<TransportFeedbackReader::Packet> TransportFeedbackReader::read(Bytes packet) {
  if (!isTransportFeedback(packet)) return {};
  const uint32_t base = read16(packet.subspan(12));
  const size_t count = read16(packet.subspan(14));
  if (count > mostStatuses) return {};
  const uint32_t wire = read16(packet.subspan(16)) << 8 | packet[18];
  Bytes rest = packet.subspan(fixedPart);
  std::vector<uint8_t> symbols;
  while (symbols.size() < count) {
    if (rest.size() < 2) return {};
    readChunk(read16(rest), count, symbols);
    rest = rest.subspan(2);
  }
  // The difference to the last one, as 24 bits with a sign.
  const auto before = static_cast<uint32_t>(reference_.value_or(0)) & 0xffffff;
  const auto ahead = static_cast<int32_t>((wire - before) << 8) / 256;
  const int64_t reference = reference_ ? *reference_ + ahead : wire;
  if (reference_ && (std::abs(ahead) > longest || std::abs(reference) > farthest)) {
    reference_.reset();
    return {};
  }

  std::vector<Packet> out;
  out.reserve(count);
  int64_t arrived = reference * referenceTick;
  for (size_t i = 0; i < count; ++i) {
    const auto sequence = static_cast<uint16_t>(base + i);
    if (symbols[i] != 1 && symbols[i] != 2) {
      out.push_back({sequence, std::nullopt});
      continue;
    }
    const auto delta = takeDelta(rest, symbols[i]);
    if (!delta) return {};
    arrived += *delta * tick;
    out.push_back({sequence, arrived});
  }
  reference_ = reference;
  return out;
}

}  // namespace tributary
