#include "media/receiver_reports.h"

#include <gst/rtp/gstrtcpbuffer.h>

#include <algorithm>

namespace tributary {
namespace {

struct Block {
  guint32 ssrc = 0;
  guint8 fractionLost = 0;      // in 256ths
  guint32 lastReport = 0;       // the middle 32 bits of its NTP time: 1/65536 s
  guint32 sinceLastReport = 0;  // 1/65536 s
};

Block blockOf(GstRTCPPacket& packet, guint index) {
  Block out;
  gint32 lost = 0;
  guint32 highest = 0;
  guint32 jitter = 0;
  gst_rtcp_packet_get_rb(&packet, index, &out.ssrc, &out.fractionLost, &lost, &highest, &jitter,
                         &out.lastReport, &out.sinceLastReport);
  return out;
}

/// RFC 3550, 6.4.1. A clock that was set in between gives nonsense, which is not told.
double roundTripMs(const Block& block, uint64_t now) {
  constexpr double plausible = 60'000;
  if (block.lastReport == 0) return 0;
  const auto middle = static_cast<guint32>(now >> 16);
  const guint32 units = middle - block.lastReport - block.sinceLastReport;
  const double ms = units * 1000.0 / 65536;
  return ms < plausible ? ms : 0;
}

}  // namespace

void ReceiverReports::expect(uint32_t ssrc) {
  const std::lock_guard lock(mutex_);
  streams_.emplace(ssrc, std::nullopt);
}

bool ReceiverReports::read(GstBuffer* rtcp, uint64_t ntpNow) {
  GstRTCPBuffer map = GST_RTCP_BUFFER_INIT;
  if (!gst_rtcp_buffer_map(rtcp, GST_MAP_READ, &map)) return false;
  bool any = false;
  const std::lock_guard lock(mutex_);
  GstRTCPPacket packet;
  for (gboolean more = gst_rtcp_buffer_get_first_packet(&map, &packet); more;
       more = gst_rtcp_packet_move_to_next(&packet)) {
    const GstRTCPType type = gst_rtcp_packet_get_type(&packet);
    if (type != GST_RTCP_TYPE_SR && type != GST_RTCP_TYPE_RR) continue;
    for (guint i = 0; i < gst_rtcp_packet_get_rb_count(&packet); ++i) {
      const Block block = blockOf(packet, i);
      const auto stream = streams_.find(block.ssrc);
      if (stream == streams_.end()) continue;
      any = true;
      stream->second = Quality{block.fractionLost / 256.0, roundTripMs(block, ntpNow)};
    }
  }
  gst_rtcp_buffer_unmap(&map);
  return any;
}

std::optional<ReceiverReports::Quality> ReceiverReports::worst() const {
  const std::lock_guard lock(mutex_);
  std::optional<Quality> out;
  for (const auto& [ssrc, quality] : streams_) {
    if (!quality) continue;
    if (!out) out.emplace();
    out->fractionLost = std::max(out->fractionLost, quality->fractionLost);
    out->roundTripMs = std::max(out->roundTripMs, quality->roundTripMs);
  }
  return out;
}

uint64_t ntpNow() {
  constexpr int64_t from1900 = 2'208'988'800;  // s, to 1970
  constexpr int64_t second = 1'000'000;        // µs
  const int64_t now = g_get_real_time();
  const auto seconds = static_cast<uint64_t>(now / second + from1900);
  return (seconds << 32) + (static_cast<uint64_t>(now % second) << 32) / second;
}

}  // namespace tributary
