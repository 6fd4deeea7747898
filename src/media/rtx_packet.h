#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tributary {

/// The stream of a picture's retransmissions (RFC 4588).
struct Retransmission {
  uint32_t ssrc = 0;
  int payloadType = 0;
};

/// What an SDP says of the one for the stream `ssrc` with `payloadType`: ssrc-group:FID (RFC 5576) and apt.
/// nullopt where there is none. Pure.
std::optional<Retransmission> retransmissionOf(const std::string& sdp, uint32_t ssrc, int payloadType);

/// The packet to send for `packet`: with its own header, and the number of the original before the payload
/// (RFC 4588, 4). Empty where that is no RTP packet. Pure.
std::vector<uint8_t> rtxPacket(std::span<const uint8_t> packet, const Retransmission& stream,
                               uint16_t sequence);

}  // namespace tributary
