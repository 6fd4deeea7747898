#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tributary {

/// Reads a receiver's transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01). Not
/// thread safe. Pure.
class TransportFeedbackReader {
 public:
  struct Packet {
    uint16_t sequence;
    std::optional<int64_t> arrived;  ///< ns, the receiver's clock; nullopt: not there
  };

  /// Packets that a report may tell of. Clients send one each 50 to 250 ms; forty bytes could claim 65535.
  static constexpr size_t mostStatuses = 2048;

  /// One RTCP packet, from its first byte to its last. What is malformed says nothing, and so does what is
  /// more than an hour off the last; the next one then counts from a new beginning.
  std::vector<Packet> read(std::span<const uint8_t> packet);

 private:
  std::optional<int64_t> reference_;  ///< of the last report, in its ticks, without the wrap of its 24 bits
};

/// Whether an RTCP packet (with its header) is transport-wide feedback.
bool isTransportFeedback(std::span<const uint8_t> packet);

}  // namespace tributary
