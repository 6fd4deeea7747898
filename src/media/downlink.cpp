#include "media/downlink.h"

#include <gst/gst.h>

#include "media/ticker.h"
#include "rate/remb_reader.h"

namespace tributary {

void Downlink::onReport(const ReceiverReports::Report& report) {
  const int64_t now = monotonicNow();
  const std::lock_guard lock(mutex_);
  estimator_.onRoundTrip(static_cast<int64_t>(report.roundTripMs * 1e6));
  if (report.expected > 0) estimator_.onReport(report.lost, report.expected, now);
}

void Downlink::readRtcp(GstBuffer* compound) {
  GstMapInfo map;
  if (!gst_buffer_map(compound, &map, GST_MAP_READ)) return;
  const auto remb = readRemb({map.data, map.size});
  gst_buffer_unmap(compound, &map);
  if (!remb) return;
  const int64_t now = monotonicNow();
  const std::lock_guard lock(mutex_);
  estimator_.onRemb(*remb, now);
}

void Downlink::onTransportFeedback(std::span<const PacketFeedback> packets) {
  const int64_t now = monotonicNow();
  const std::lock_guard lock(mutex_);
  estimator_.onPackets(packets, now);
}

void Downlink::setSent(double bitrate) {
  const std::lock_guard lock(mutex_);
  estimator_.setSent(bitrate);
}

BandwidthEstimate Downlink::estimate() const {
  const int64_t now = monotonicNow();
  const std::lock_guard lock(mutex_);
  return estimator_.estimate(now);
}

}  // namespace tributary
