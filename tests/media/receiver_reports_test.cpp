// Report blocks as a client sends them, byte by byte (RFC 3550, 6.4).
#include "media/receiver_reports.h"

#include <gst/rtp/gstrtcpbuffer.h>
#include <gtest/gtest.h>

#include <memory>

namespace tributary {
namespace {

constexpr uint32_t audio = 0x1111;
constexpr uint32_t video = 0x2222;
constexpr uint32_t strange = 0x3333;
constexpr uint64_t now = (uint64_t{100} << 48) + (uint64_t{5} << 32);  // middle bits: 5 s

/// A receiver report of one block. Times in 1/65536 s.
using Buffer = std::unique_ptr<GstBuffer, decltype(&gst_buffer_unref)>;
Buffer report(uint32_t ssrc, uint8_t lost, uint32_t lastReport, uint32_t since) {
  Buffer buffer(gst_rtcp_buffer_new(1400), gst_buffer_unref);
  GstRTCPBuffer map = GST_RTCP_BUFFER_INIT;
  gst_rtcp_buffer_map(buffer.get(), GST_MAP_READWRITE, &map);
  GstRTCPPacket packet;
  gst_rtcp_buffer_add_packet(&map, GST_RTCP_TYPE_RR, &packet);
  gst_rtcp_packet_rr_set_ssrc(&packet, 1);
  gst_rtcp_packet_add_rb(&packet, ssrc, lost, 0, 0, 0, lastReport, since);
  gst_rtcp_buffer_unmap(&map);
  return buffer;
}

class Reports : public testing::Test {
 protected:
  void SetUp() override {
    reports_.expect(audio);
    reports_.expect(video);
  }
  ReceiverReports reports_;
};

TEST_F(Reports, SayNothingBeforeTheFirst) {
  EXPECT_FALSE(reports_.worst());
  reports_.read(report(strange, 255, 0, 0).get(), now);
  EXPECT_FALSE(reports_.worst()) << "not a stream of ours";
}

TEST_F(Reports, TellTheWorstOfTheLatest) {
  reports_.read(report(audio, 128, 4 << 16, 3 << 14).get(),
                now);  // a second ago, 750 ms of them at the client
  reports_.read(report(video, 64, 4 << 16, 15 << 12).get(), now);
  EXPECT_DOUBLE_EQ(reports_.worst()->fractionLost, 0.5);
  EXPECT_DOUBLE_EQ(reports_.worst()->roundTripMs, 250);
  reports_.read(report(audio, 0, 4 << 16, 15 << 12).get(), now);
  EXPECT_DOUBLE_EQ(reports_.worst()->fractionLost, 0.25);
  EXPECT_DOUBLE_EQ(reports_.worst()->roundTripMs, 62.5);
}

TEST_F(Reports, KnowNoRoundTripWithoutASenderReportOrWithAClockThatWasSet) {
  reports_.read(report(audio, 1, 0, 0).get(), now);
  EXPECT_EQ(reports_.worst()->roundTripMs, 0);
  reports_.read(report(audio, 1, 9 << 16, 0).get(), now);  // from the future
  EXPECT_EQ(reports_.worst()->roundTripMs, 0);
}

TEST_F(Reports, AreReadFromWhatIsNoRtcpWithoutHarm) {
  Buffer garbage(gst_buffer_new_memdup("\x80\xc9\xff\xff!", 5), gst_buffer_unref);
  reports_.read(garbage.get(), now);
  EXPECT_FALSE(reports_.worst());
}

}  // namespace
}  // namespace tributary
