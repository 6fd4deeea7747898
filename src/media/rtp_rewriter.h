#pragma once

#include <cstdint>

typedef struct _GstBuffer GstBuffer;
typedef struct _GstMemory GstMemory;

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

  /// The header extension that tells the receiver how to read the colours; 0 is none.
  void setColourSpaceId(int id) { colourSpaceId_ = static_cast<uint8_t>(id); }

  /// The next packet ends a key frame, and bears that extension (receivers keep what it says).
  void markColourSpace() { colourSpaceDue_ = true; }

  /// A new packet (the caller owns it); `packet` stays as it is. nullptr for what is no RTP packet.
  GstBuffer* rewrite(GstBuffer* packet);

 private:
  GstMemory* withColourSpace(GstMemory* header) const;
  void align(uint16_t sequence, uint32_t timestamp, uint64_t pts);

  uint8_t payloadType_;
  uint32_t ssrc_;
  uint32_t clockRate_;
  uint8_t colourSpaceId_ = 0;
  bool colourSpaceDue_ = false;
  bool continuing_ = false;
  bool started_ = false;
  uint16_t sequenceOffset_ = 0;
  uint32_t timestampOffset_ = 0;
  uint16_t lastSequence_ = 0;
  uint32_t lastTimestamp_ = 0;
  uint64_t lastPts_ = 0;
};

}  // namespace tributary
