#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace tributary {

/// All that is looked at: ours are 28 bytes, browsers' about 40.
inline constexpr size_t longestRtpHeader = 128;

/// Bytes before the payload (RFC 3550, 5.1 and 5.3.1): fixed part, CSRCs, header extension; nullopt where
/// `packet`, which may end behind its header, is shorter than that. Pure.
inline std::optional<size_t> rtpHeaderSize(std::span<const uint8_t> packet) {
  constexpr size_t fixed = 12;
  if (packet.size() < fixed) return std::nullopt;
  size_t size = fixed + 4 * size_t{packet[0] & 0x0fU};
  const bool extended = (packet[0] & 0x10U) != 0;
  if (extended) {
    if (packet.size() < size + 4) return std::nullopt;
    size += 4 + 4 * (size_t{packet[size + 2]} << 8U | packet[size + 3]);
  }
  if (packet.size() < size) return std::nullopt;
  return size;
}

}  // namespace tributary
