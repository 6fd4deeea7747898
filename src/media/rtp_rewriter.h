#pragma once

#include <cstdint>

typedef struct _GstBuffer GstBuffer;

namespace tributary {

/// Makes one receiver's RTP stream out of packets made once for everybody: its payload type and SSRC, and
/// sequence numbers and time stamps that run on when the source behind it changes. The payload's memory
/// is shared, only the header is copied.
class RtpRewriter {
 public:
  RtpRewriter(int payloadType, uint32_t ssrc, uint32_t clockRate)
      : payloadType_(static_cast<uint8_t>(payloadType)), ssrc_(ssrc), clockRate_(clockRate) {}

  /// The next packet comes from another source: continue after the last one sent.
  void sourceChanged() { continuing_ = true; }

  /// A new packet (the caller owns it); `packet` stays as it is. nullptr for what is no RTP packet.
  GstBuffer* rewrite(GstBuffer* packet);

 private:
  void align(uint16_t sequence, uint32_t timestamp, uint64_t pts);

  uint8_t payloadType_;
  uint32_t ssrc_;
  uint32_t clockRate_;
  bool continuing_ = false;
  bool started_ = false;
  uint16_t sequenceOffset_ = 0;
  uint32_t timestampOffset_ = 0;
  uint16_t lastSequence_ = 0;
  uint32_t lastTimestamp_ = 0;
  uint64_t lastPts_ = 0;
};

}  // namespace tributary
