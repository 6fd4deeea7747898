#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>
#include <span>

namespace tributary::load {

/// Puts one sender's RTP headers before payloads that many senders share.
class RtpStream {
 public:
  RtpStream(uint8_t payloadType, uint32_t ssrc) : payloadType_(payloadType), ssrc_(ssrc) {}

  /// A new packet, transfer full. `level`: the audio level extension (RFC 6464) under id 1.
  GstBuffer* packet(GstMemory* payload, uint32_t timestamp, bool marker,
                    std::optional<uint8_t> level = std::nullopt);

  uint32_t ssrc() const { return ssrc_; }
  static constexpr int levelExtension = 1;

 private:
  uint8_t payloadType_;
  uint32_t ssrc_;
  uint16_t sequence_ = 0;
};

/// The fields of a header that meters need; nullopt for what is no RTP (RTCP, STUN, DTLS).
struct RtpHeader {
  uint8_t payloadType = 0;
  bool marker = false;
  uint16_t sequence = 0;
  uint32_t timestamp = 0;
  uint32_t ssrc = 0;
  size_t size = 12;  ///< bytes, CSRCs and extension included
};
std::optional<RtpHeader> readRtpHeader(std::span<const uint8_t> packet);

/// The same of the start of a buffer.
std::optional<RtpHeader> readRtpHeader(GstBuffer* packet);

}  // namespace tributary::load
