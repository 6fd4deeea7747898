#include "media/receiver_reports.h"

#include <gst/rtp/gstrtcpbuffer.h>

#include <algorithm>
#include <utility>

namespace tributary {
namespace {

/// Packets between two reports; more is another stream by the same SSRC.
constexpr uint32_t mostBetween = 1 << 15;

/// RFC 3550, 6.4.1: the middle 32 bits of NTP times, 1/65536 s. A clock that was set in between gives
/// nonsense, which is not told.
double roundTripMs(uint32_t lastReport, uint32_t sinceLastReport, uint64_t now) {
  constexpr double plausible = 60'000;
  if (lastReport == 0) return 0;
  const auto middle = static_cast<uint32_t>(now >> 16);
  const uint32_t units = middle - lastReport - sinceLastReport;
  const double ms = units * 1000.0 / 65536;
  return ms < plausible ? ms : 0;
}

}  // namespace

struct ReceiverReports::Block {
  uint32_t ssrc = 0;
  Counters counters;
  uint32_t lastReport = 0;
  uint32_t sinceLastReport = 0;
};

ReceiverReports::Block ReceiverReports::blockOf(GstRTCPPacket& packet, unsigned index) {
  Block out;
  guint8 fractionLost = 0;
  guint32 jitter = 0;
  gst_rtcp_packet_get_rb(&packet, index, &out.ssrc, &fractionLost, &out.counters.lost, &out.counters.highest,
                         &jitter, &out.lastReport, &out.sinceLastReport);
  return out;
}

void ReceiverReports::expect(uint32_t ssrc) {
  const std::lock_guard lock(mutex_);
  streams_.emplace(ssrc, Stream{});
}

uint64_t ReceiverReports::lost(uint32_t ssrc) const {
  const std::lock_guard lock(mutex_);
  const auto stream = streams_.find(ssrc);
  return stream != streams_.end() ? static_cast<uint64_t>(stream->second.mostLost) : 0;
}

/// RFC 3550, A.3. What a report says of so many packets is no more than all of them lost.
void ReceiverReports::add(Report& report, Stream& stream, const Counters& now) {
  const auto before = std::exchange(stream.last, now);
  const uint32_t expected = before ? now.highest - before->highest : 0;
  if (expected == 0 || expected >= mostBetween) return;
  const auto most = static_cast<int64_t>(expected);
  const int64_t lost = std::clamp(int64_t{now.lost} - before->lost, -most, most);
  report.lost += static_cast<int32_t>(lost);
  report.expected += expected;
  stream.lost += lost;
  stream.mostLost = std::max(stream.mostLost, stream.lost);
}

std::optional<ReceiverReports::Report> ReceiverReports::read(GstBuffer* rtcp, uint64_t ntpNow) {
  GstRTCPBuffer map = GST_RTCP_BUFFER_INIT;
  if (!gst_rtcp_buffer_map(rtcp, GST_MAP_READ, &map)) return std::nullopt;
  std::optional<Report> out;
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
      if (!out) out.emplace();
      add(*out, stream->second, block.counters);
      out->roundTripMs =
          std::max(out->roundTripMs, roundTripMs(block.lastReport, block.sinceLastReport, ntpNow));
    }
  }
  gst_rtcp_buffer_unmap(&map);
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
