#include "rate/sent_packets.h"

#include <algorithm>

namespace tributary {

uint16_t SentPackets::add(uint32_t bytes, int64_t now) {
  packets_[next_ % kept] = {bytes, now};
  held_ = std::min<uint16_t>(kept, held_ + 1);
  return next_++;
}

std::optional<SentPackets::Packet> SentPackets::find(uint16_t sequence) const {
  const auto back = static_cast<uint16_t>(next_ - sequence);
  if (back == 0 || back > held_) return std::nullopt;
  return packets_[sequence % kept];
}

}  // namespace tributary
