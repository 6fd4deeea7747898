#include "media/downlink.h"

#include <glib.h>
#include <gst/gst.h>

#include <optional>
#include <vector>

#include "media/ticker.h"
#include "rate/remb_reader.h"

namespace tributary {
namespace {

std::optional<PacketFeedback> packetFrom(const GstStructure* told) {
  guint sequence = 0;
  guint size = 0;
  guint64 sent = GST_CLOCK_TIME_NONE;
  guint64 arrived = GST_CLOCK_TIME_NONE;
  gboolean lost = FALSE;
  gst_structure_get(told, "seqnum", G_TYPE_UINT, &sequence, "size", G_TYPE_UINT, &size, "local-ts",
                    G_TYPE_UINT64, &sent, "remote-ts", G_TYPE_UINT64, &arrived, "lost", G_TYPE_BOOLEAN, &lost,
                    nullptr);
  const bool isLost = lost != FALSE || !GST_CLOCK_TIME_IS_VALID(arrived);
  if (!GST_CLOCK_TIME_IS_VALID(sent)) return std::nullopt;  // of before its memory
  return PacketFeedback{static_cast<uint16_t>(sequence), size + payloadOverhead, static_cast<int64_t>(sent),
                        isLost ? 0 : static_cast<int64_t>(arrived), isLost};
}

}  // namespace

void Downlink::onReport(double fractionLost, double roundTripMs) {
  const int64_t now = monotonicNow();
  const std::lock_guard lock(mutex_);
  estimator_.onRoundTrip(static_cast<int64_t>(roundTripMs * 1e6));
  estimator_.onReport(fractionLost, now);
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

void Downlink::readTransportFeedback(const GstStructure* packets) {
  const GValue* list = gst_structure_get_value(packets, "packets");
  if (list == nullptr || !G_VALUE_HOLDS(list, G_TYPE_VALUE_ARRAY)) return;
  const auto* array = static_cast<const GValueArray*>(g_value_get_boxed(list));
  std::vector<PacketFeedback> told;
  told.reserve(array->n_values);
  for (guint i = 0; i < array->n_values; ++i) {
    const auto packet = packetFrom(gst_value_get_structure(&array->values[i]));
    if (packet) told.push_back(*packet);
  }
  const int64_t now = monotonicNow();
  const std::lock_guard lock(mutex_);
  estimator_.onPackets(told, now);
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
