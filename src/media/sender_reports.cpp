#include "media/sender_reports.h"

#include <gst/rtp/gstrtcpbuffer.h>

namespace tributary {

bool correctSenderReports(GstBuffer* rtcp, const std::function<std::optional<SentCount>(uint32_t)>& sentBy) {
  GstRTCPBuffer map = GST_RTCP_BUFFER_INIT;
  if (!gst_rtcp_buffer_map(rtcp, GST_MAP_READWRITE, &map)) return false;
  bool changed = false;
  GstRTCPPacket packet;
  for (gboolean more = gst_rtcp_buffer_get_first_packet(&map, &packet); more;
       more = gst_rtcp_packet_move_to_next(&packet)) {
    if (gst_rtcp_packet_get_type(&packet) != GST_RTCP_TYPE_SR) continue;
    guint32 ssrc = 0;
    guint64 ntpTime = 0;
    guint32 rtpTime = 0;
    gst_rtcp_packet_sr_get_sender_info(&packet, &ssrc, &ntpTime, &rtpTime, nullptr, nullptr);
    if (const auto sent = sentBy(ssrc)) {
      gst_rtcp_packet_sr_set_sender_info(&packet, ssrc, ntpTime, rtpTime, sent->packets, sent->octets);
      changed = true;
    }
  }
  gst_rtcp_buffer_unmap(&map);
  return changed;
}

}  // namespace tributary
