#include "media/rtp_extension.h"

#include <algorithm>

namespace tributary {
namespace {

struct Element {
  int id;
  size_t at;      ///< of its data
  size_t length;  ///< of its data
};

Element elementAt(std::span<const uint8_t> packet, size_t at, bool twoBytes) {
  if (twoBytes) return {packet[at], at + 2, at + 1 < packet.size() ? packet[at + 1] : size_t{0}};
  return {packet[at] >> 4, at + 1, (packet[at] & 0xfU) + 1};
}

}  // namespace

std::optional<size_t> findExtension(std::span<const uint8_t> packet, int id, size_t length) {
  constexpr size_t fixedHeader = 12;  // RFC 3550, 5.1
  if (packet.size() < fixedHeader || (packet[0] & 0x10) == 0) return std::nullopt;
  const size_t block = fixedHeader + 4 * (packet[0] & 0xfU);
  if (packet.size() < block + 4) return std::nullopt;
  const unsigned profile = static_cast<unsigned>(packet[block]) << 8 | packet[block + 1];
  const bool twoBytes = (profile & 0xfff0) == 0x1000;
  if (!twoBytes && profile != 0xbede) return std::nullopt;
  const size_t words = static_cast<size_t>(packet[block + 2]) << 8 | packet[block + 3];
  const size_t end = std::min(packet.size(), block + 4 + 4 * words);
  for (size_t at = block + 4; at < end;) {
    if (packet[at] == 0) {
      ++at;  // padding
      continue;
    }
    const Element element = elementAt(packet, at, twoBytes);
    if (!twoBytes && element.id == 15) return std::nullopt;  // "stop"
    const size_t next = element.at + element.length;
    if (next > end) return std::nullopt;
    if (element.id == id) return element.length >= length ? std::optional(element.at) : std::nullopt;
    at = next;
  }
  return std::nullopt;
}

}  // namespace tributary
