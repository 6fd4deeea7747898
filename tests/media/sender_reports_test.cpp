#include "media/sender_reports.h"

#include <gst/rtp/gstrtcpbuffer.h>
#include <gtest/gtest.h>

#include <memory>

namespace tributary {
namespace {

constexpr uint32_t ours = 7;
constexpr uint32_t other = 8;
constexpr uint64_t ntp = 0x1122334455667788;

using Buffer = std::unique_ptr<GstBuffer, decltype(&gst_buffer_unref)>;

/// A receiver report, and sender reports of both streams that tell of one packet of ten bytes.
Buffer compound() {
  Buffer buffer(gst_rtcp_buffer_new(1400), gst_buffer_unref);
  GstRTCPBuffer map = GST_RTCP_BUFFER_INIT;
  gst_rtcp_buffer_map(buffer.get(), GST_MAP_READWRITE, &map);
  GstRTCPPacket packet;
  gst_rtcp_buffer_add_packet(&map, GST_RTCP_TYPE_RR, &packet);
  gst_rtcp_packet_rr_set_ssrc(&packet, ours);
  for (const uint32_t ssrc : {other, ours}) {
    gst_rtcp_buffer_add_packet(&map, GST_RTCP_TYPE_SR, &packet);
    gst_rtcp_packet_sr_set_sender_info(&packet, ssrc, ntp, 99, 1, 10);
  }
  gst_rtcp_buffer_unmap(&map);
  return buffer;
}

struct Told {
  uint64_t ntp = 0;
  uint32_t rtp = 0;
  uint32_t packets = 0;
  uint32_t octets = 0;
};

Told toldOf(uint32_t wanted, GstBuffer* rtcp) {
  GstRTCPBuffer map = GST_RTCP_BUFFER_INIT;
  gst_rtcp_buffer_map(rtcp, GST_MAP_READ, &map);
  GstRTCPPacket packet;
  Told out;
  for (gboolean more = gst_rtcp_buffer_get_first_packet(&map, &packet); more;
       more = gst_rtcp_packet_move_to_next(&packet)) {
    if (gst_rtcp_packet_get_type(&packet) != GST_RTCP_TYPE_SR) continue;
    guint32 ssrc = 0;
    Told told;
    gst_rtcp_packet_sr_get_sender_info(&packet, &ssrc, &told.ntp, &told.rtp, &told.packets, &told.octets);
    if (ssrc == wanted) out = told;
  }
  gst_rtcp_buffer_unmap(&map);
  return out;
}

TEST(SenderReports, TellHowMuchOurStreamHasSentAndTheSameTimes) {
  const auto rtcp = compound();
  EXPECT_TRUE(correctSenderReports(rtcp.get(), [](uint32_t ssrc) -> std::optional<SentCount> {
    if (ssrc == ours) return SentCount{5000, 600'000};
    return std::nullopt;
  }));
  const Told told = toldOf(ours, rtcp.get());
  EXPECT_EQ(told.packets, 5000U);
  EXPECT_EQ(told.octets, 600'000U);
  EXPECT_EQ(told.ntp, ntp);
  EXPECT_EQ(told.rtp, 99U);
  EXPECT_EQ(toldOf(other, rtcp.get()).packets, 1U);
}

TEST(SenderReports, OfNoStreamOfOursStayAsTheyAre) {
  const auto rtcp = compound();
  EXPECT_FALSE(correctSenderReports(rtcp.get(), [](uint32_t) { return std::optional<SentCount>(); }));
  EXPECT_EQ(toldOf(ours, rtcp.get()).packets, 1U);
}

}  // namespace
}  // namespace tributary
