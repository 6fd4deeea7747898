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

struct Said {
  uint32_t highest = 0;
  int32_t lost = 0;
  uint32_t lastReport = 0;  ///< 1/65536 s
  uint32_t since = 0;       ///< likewise
};

/// A receiver report of one block.
using Buffer = std::unique_ptr<GstBuffer, decltype(&gst_buffer_unref)>;
Buffer report(uint32_t ssrc, const Said& said) {
  Buffer buffer(gst_rtcp_buffer_new(1400), gst_buffer_unref);
  GstRTCPBuffer map = GST_RTCP_BUFFER_INIT;
  gst_rtcp_buffer_map(buffer.get(), GST_MAP_READWRITE, &map);
  GstRTCPPacket packet;
  gst_rtcp_buffer_add_packet(&map, GST_RTCP_TYPE_RR, &packet);
  gst_rtcp_packet_rr_set_ssrc(&packet, 1);
  gst_rtcp_packet_add_rb(&packet, ssrc, 0, said.lost, said.highest, 0, said.lastReport, said.since);
  gst_rtcp_buffer_unmap(&map);
  return buffer;
}

class Reports : public testing::Test {
 protected:
  void SetUp() override {
    reports_.expect(audio);
    reports_.expect(video);
  }
  std::optional<ReceiverReports::Report> read(uint32_t ssrc, const Said& said) {
    return reports_.read(report(ssrc, said).get(), now);
  }
  ReceiverReports reports_;
};

TEST_F(Reports, OfStreamsThatAreNotOursSayNothing) {
  EXPECT_FALSE(read(strange, {.highest = 100, .lost = 50}));
}

TEST_F(Reports, CountFromAStreamsFirstOn) {
  const auto first = read(video, {.highest = 1000, .lost = 7});
  ASSERT_TRUE(first);
  EXPECT_EQ(first->expected, 0U) << "nobody knows since when";
  const auto second = read(video, {.highest = 1100, .lost = 12});
  EXPECT_EQ(second->expected, 100U);
  EXPECT_EQ(second->lost, 5);
  EXPECT_EQ(read(audio, {.highest = 50})->expected, 0U) << "another stream";
  EXPECT_EQ(read(video, {.highest = 1150, .lost = 10})->lost, -2) << "two were only late";
}

TEST_F(Reports, TellWhatNeverCameOfEachStream) {
  read(video, {.highest = 1000, .lost = 7});
  EXPECT_EQ(reports_.lost(video), 0U) << "nobody knows since when";
  read(video, {.highest = 1100, .lost = 12});
  read(audio, {.highest = 50});
  read(audio, {.highest = 100, .lost = 3});
  EXPECT_EQ(reports_.lost(video), 5U);
  EXPECT_EQ(reports_.lost(audio), 3U);
  read(video, {.highest = 1150, .lost = 10});
  EXPECT_EQ(reports_.lost(video), 5U) << "a counter does not go back";
  read(video, {.highest = 1200, .lost = 12});
  EXPECT_EQ(reports_.lost(video), 5U) << "nor counts twice";
  read(video, {.highest = 1250, .lost = 13});
  EXPECT_EQ(reports_.lost(video), 6U);
  read(video, {.highest = 1260, .lost = 0x7fffff});
  EXPECT_EQ(reports_.lost(video), 16U) << "no more than there was";
  EXPECT_EQ(reports_.lost(strange), 0U);
}

TEST_F(Reports, ThatCannotBeTrueCountForNoMoreThanThereWas) {
  read(video, {.highest = 1000});
  EXPECT_EQ(read(video, {.highest = 1010, .lost = 0x7fffff})->lost, 10);
  EXPECT_EQ(read(video, {.highest = 1020, .lost = -0x7fffff})->lost, -10);
  EXPECT_EQ(read(video, {.highest = 20})->expected, 0U) << "another stream by that SSRC";
  EXPECT_EQ(read(video, {.highest = 30})->expected, 10U);
}

TEST_F(Reports, TellTheRoundTrip) {
  // A second ago, 750 ms of them at the client.
  EXPECT_DOUBLE_EQ(read(audio, {.lastReport = 4 << 16, .since = 3 << 14})->roundTripMs, 250);
  EXPECT_DOUBLE_EQ(read(video, {.lastReport = 4 << 16, .since = 15 << 12})->roundTripMs, 62.5);
}

TEST_F(Reports, KnowNoRoundTripWithoutASenderReportOrWithAClockThatWasSet) {
  EXPECT_EQ(read(audio, {})->roundTripMs, 0);
  EXPECT_EQ(read(audio, {.lastReport = 9 << 16})->roundTripMs, 0) << "from the future";
}

TEST_F(Reports, AreReadFromWhatIsNoRtcpWithoutHarm) {
  Buffer garbage(gst_buffer_new_memdup("\x80\xc9\xff\xff!", 5), gst_buffer_unref);
  EXPECT_FALSE(reports_.read(garbage.get(), now));
}

}  // namespace
}  // namespace tributary
