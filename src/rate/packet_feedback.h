#pragma once

#include <cstdint>

namespace tributary {

/// What a receiver's transport-wide feedback says of one packet.
struct PacketFeedback {
  uint16_t sequence = 0;  ///< transport-wide
  uint32_t bytes = 0;     ///< on the wire
  int64_t sent = 0;       ///< ns, our clock
  int64_t arrived = 0;    ///< ns, the receiver's clock; meaningless when lost
  bool lost = false;      ///< not there when the receiver wrote; it may come later and be told again
};

}  // namespace tributary
