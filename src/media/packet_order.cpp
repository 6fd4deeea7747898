#include "media/packet_order.h"

#include <iterator>
#include <utility>

namespace tributary {

bool PacketOrder::insert(uint16_t sequence, std::span<const uint8_t> payload) {
  auto at = packets_.end();
  while (at != packets_.begin() && static_cast<int16_t>(std::prev(at)->sequence - sequence) > 0)
    --at;
  if (at != packets_.begin() && std::prev(at)->sequence == sequence) return false;
  packets_.insert(at, {sequence, {payload.begin(), payload.end()}});
  return true;
}

PacketOrder::Packet PacketOrder::take() {
  Packet out = std::move(packets_.front());
  packets_.pop_front();
  return out;
}

}  // namespace tributary
