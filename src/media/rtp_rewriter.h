#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

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

  /// The header extension that gives each packet its place among all that goes to the receiver, for its
  /// transport-wide feedback; 0 is none. TransportCc writes the number, and the one of a retransmission too.
  void setTransportCcId(int id) { transportCcId_ = static_cast<uint8_t>(id); }

  struct Sent {
    uint16_t sequence = 0;
    uint32_t bytes = 0;
  };
  /// The last packets, at most 32, oldest first.
  const std::deque<Sent>& recent() const { return recent_; }
  uint32_t ssrc() const { return ssrc_; }
  /// What comes after the last one, from whatever source.
  uint16_t nextSequence() const { return static_cast<uint16_t>(lastSequence_ + 1); }

  /// A new packet (the caller owns it); `packet` stays as it is. nullptr for what is no RTP packet.
  GstBuffer* rewrite(GstBuffer* packet);

 private:
  GstMemory* withExtensions(GstMemory* header, bool colourSpace) const;
  void remember(uint32_t bytes);
  void align(uint16_t sequence, uint32_t timestamp, uint64_t pts);

  uint8_t payloadType_;
  uint32_t ssrc_;
  uint32_t clockRate_;
  uint8_t colourSpaceId_ = 0;
  uint8_t transportCcId_ = 0;
  bool colourSpaceDue_ = false;
  bool continuing_ = false;
  bool started_ = false;
  uint16_t sequenceOffset_ = 0;
  uint32_t timestampOffset_ = 0;
  uint16_t lastSequence_ = 0;
  uint32_t lastTimestamp_ = 0;
  uint64_t lastPts_ = 0;
  std::deque<Sent> recent_;
};

}  // namespace tributary
