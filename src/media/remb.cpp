#include "media/remb.h"

#include <gst/rtp/gstrtcpbuffer.h>

namespace tributary {

bool addRemb(GstBuffer* rtcp, uint32_t sender, uint32_t media, uint32_t bitrate) {
  constexpr uint32_t mostMantissa = 0x3ffff;
  constexpr guint16 words = 3;  // "REMB"; how many SSRCs, exponent and mantissa; the SSRC
  uint32_t exponent = 0;
  for (; bitrate > mostMantissa; bitrate >>= 1)
    ++exponent;
  GstRTCPBuffer buffer = GST_RTCP_BUFFER_INIT;
  if (!gst_rtcp_buffer_map(rtcp, GST_MAP_READWRITE, &buffer)) return false;
  GstRTCPPacket packet;
  bool added = gst_rtcp_buffer_add_packet(&buffer, GST_RTCP_TYPE_PSFB, &packet) != FALSE;
  if (added && !gst_rtcp_packet_fb_set_fci_length(&packet, words)) {
    gst_rtcp_packet_remove(&packet);
    added = false;
  }
  if (added) {
    gst_rtcp_packet_fb_set_type(&packet, GST_RTCP_PSFB_TYPE_AFB);
    gst_rtcp_packet_fb_set_sender_ssrc(&packet, sender);
    gst_rtcp_packet_fb_set_media_ssrc(&packet, 0);
    guint8* fci = gst_rtcp_packet_fb_get_fci(&packet);
    GST_WRITE_UINT32_BE(fci, 0x52454d42);
    GST_WRITE_UINT32_BE(fci + 4, 1U << 24 | exponent << 18 | bitrate);
    GST_WRITE_UINT32_BE(fci + 8, media);
  }
  gst_rtcp_buffer_unmap(&buffer);
  return added;
}

}  // namespace tributary
