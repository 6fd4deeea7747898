#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace tributary {

/// Numbers what goes to a receiver and remembers when it went and how long it was, for the feedback on it.
/// Not thread safe. Pure.
class SentPackets {
 public:
  struct Packet {
    uint32_t bytes = 0;
    int64_t sent = 0;  ///< ns
  };

  /// The number of a packet that goes now.
  uint16_t add(uint32_t bytes, int64_t now);
  /// nullopt for what never went, or has been forgotten.
  std::optional<Packet> find(uint16_t sequence) const;

 private:
  static constexpr uint16_t kept = 1024;  ///< five seconds of 1.5 Mbit/s and sound; a power of two
  std::array<Packet, kept> packets_;
  uint16_t next_ = 0;
  uint16_t held_ = 0;
};

}  // namespace tributary
