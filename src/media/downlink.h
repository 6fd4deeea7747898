#pragma once

#include <cstdint>
#include <mutex>

#include "rate/bandwidth_estimator.h"

typedef struct _GstBuffer GstBuffer;
typedef struct _GstStructure GstStructure;

namespace tributary {

/// On the wire a packet is longer than GStreamer says its payload is: RTP header and extensions, SRTP tag,
/// UDP, IPv4.
inline constexpr uint32_t payloadOverhead = 60;
/// The same for a whole RTP packet.
inline constexpr uint32_t packetOverhead = 38;

/// What a peer's RTCP says of the way to it. Thread: any.
class Downlink {
 public:
  /// A receiver report's worst stream. Thread: streaming.
  void onReport(double fractionLost, double roundTripMs);
  /// A compound RTCP packet from the peer. Thread: streaming.
  void readRtcp(GstBuffer* compound);
  /// rtpsession's upstream event of one transport-wide feedback (RTPTWCCPackets). Thread: streaming.
  void readTransportFeedback(const GstStructure* packets);
  /// What is being sent to it, bit/s on the wire.
  void setSent(double bitrate);
  BandwidthEstimate estimate() const;

 private:
  mutable std::mutex mutex_;
  // Until something else is known, any rendition is taken to fit: most ways carry the first.
  BandwidthEstimator estimator_{10e6};
};

}  // namespace tributary
