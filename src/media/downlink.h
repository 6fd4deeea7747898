#pragma once

#include <cstdint>
#include <mutex>
#include <span>

#include "media/receiver_reports.h"
#include "rate/bandwidth_estimator.h"

typedef struct _GstBuffer GstBuffer;

namespace tributary {

/// By what a packet on the wire is longer than its RTP: SRTP tag, UDP, IPv4.
inline constexpr uint32_t packetOverhead = 38;

/// What a peer's RTCP says of the way to it. Thread: any.
class Downlink {
 public:
  /// Thread: streaming.
  void onReport(const ReceiverReports::Report& report);
  /// A compound RTCP packet from the peer. Thread: streaming.
  void readRtcp(GstBuffer* compound);
  /// One transport-wide feedback, in the order the packets were sent.
  void onTransportFeedback(std::span<const PacketFeedback> packets);
  /// What is being sent to it, bit/s on the wire.
  void setSent(double bitrate);
  BandwidthEstimate estimate() const;

 private:
  mutable std::mutex mutex_;
  // Until something else is known, any rendition is taken to fit: most ways carry the first.
  BandwidthEstimator estimator_{10e6};
};

}  // namespace tributary
