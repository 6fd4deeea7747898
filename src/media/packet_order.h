#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace tributary {

/// Packets of one stream that have come and are not used yet, by sequence number, which wraps (RFC 3550).
/// Not thread safe.
class PacketOrder {
 public:
  struct Packet {
    uint16_t sequence;
    std::vector<uint8_t> payload;
  };

  /// False, and nothing changes, for one that is here already.
  bool insert(uint16_t sequence, std::span<const uint8_t> payload);

  bool empty() const { return packets_.empty(); }
  size_t size() const { return packets_.size(); }
  /// The first; there must be one.
  const Packet& front() const { return packets_.front(); }
  Packet take();
  void clear() { packets_.clear(); }
  auto begin() const { return packets_.begin(); }
  auto end() const { return packets_.end(); }

 private:
  std::deque<Packet> packets_;
};

}  // namespace tributary
