#include "media/sender_reports.h"

#include <gst/rtp/gstrtcpbuffer.h>

namespace tributary {

namespace {

/// Of each sender report; `visit` may change it.
void eachSenderReport(GstBuffer* rtcp, GstMapFlags flags,
                      const std::function<void(GstRTCPPacket&, uint32_t, uint64_t, uint32_t)>& visit) {
  GstRTCPBuffer map = GST_RTCP_BUFFER_INIT;
  if (!gst_rtcp_buffer_map(rtcp, flags, &map)) return;
  GstRTCPPacket packet;
  for (gboolean more = gst_rtcp_buffer_get_first_packet(&map, &packet); more;
       more = gst_rtcp_packet_move_to_next(&packet)) {
    if (gst_rtcp_packet_get_type(&packet) != GST_RTCP_TYPE_SR) continue;
    guint32 ssrc = 0;
    guint64 ntpTime = 0;
    guint32 rtpTime = 0;
    gst_rtcp_packet_sr_get_sender_info(&packet, &ssrc, &ntpTime, &rtpTime, nullptr, nullptr);
    visit(packet, ssrc, ntpTime, rtpTime);
  }
  gst_rtcp_buffer_unmap(&map);
}

}  // namespace

void readSenderReports(GstBuffer* rtcp, const std::function<void(uint32_t, uint64_t, uint32_t)>& told) {
  eachSenderReport(rtcp, GST_MAP_READ,
                   [&](GstRTCPPacket&, uint32_t ssrc, uint64_t ntpTime, uint32_t rtpTime) {
                     told(ssrc, ntpTime, rtpTime);
                   });
}

bool correctSenderReports(GstBuffer* rtcp, const std::function<std::optional<SentCount>(uint32_t)>& sentBy) {
  bool changed = false;
  eachSenderReport(
      rtcp, GST_MAP_READWRITE, [&](GstRTCPPacket& packet, uint32_t ssrc, uint64_t ntpTime, uint32_t rtpTime) {
        const auto sent = sentBy(ssrc);
        if (!sent) return;
        gst_rtcp_packet_sr_set_sender_info(&packet, ssrc, ntpTime, rtpTime, sent->packets, sent->octets);
        changed = true;
      });
  return changed;
}

}  // namespace tributary
