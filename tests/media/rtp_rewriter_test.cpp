#include "media/rtp_rewriter.h"

#include <gst/rtp/gstrtpbuffer.h>
#include <gtest/gtest.h>

#include <memory>

namespace tributary {
namespace {

struct Unref {
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
};
using BufferPtr = std::unique_ptr<GstBuffer, Unref>;

struct Header {
  int payloadType;
  uint32_t ssrc;
  uint16_t sequence;
  uint32_t timestamp;
  bool marker;
};

BufferPtr packet(uint16_t sequence, uint32_t timestamp, GstClockTime pts, bool marker = false) {
  GstBuffer* buffer = gst_rtp_buffer_new_allocate(0, 0, 0);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  gst_rtp_buffer_map(buffer, GST_MAP_WRITE, &rtp);
  gst_rtp_buffer_set_payload_type(&rtp, 96);
  gst_rtp_buffer_set_ssrc(&rtp, 1);
  gst_rtp_buffer_set_seq(&rtp, sequence);
  gst_rtp_buffer_set_timestamp(&rtp, timestamp);
  gst_rtp_buffer_set_marker(&rtp, marker);
  gst_rtp_buffer_unmap(&rtp);
  GST_BUFFER_PTS(buffer) = pts;
  return BufferPtr(gst_buffer_append(buffer, gst_buffer_new_memdup("payload", 7)));
}

Header headerOf(GstBuffer* buffer) {
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  EXPECT_TRUE(gst_rtp_buffer_map(buffer, GST_MAP_READ, &rtp));
  const Header out{gst_rtp_buffer_get_payload_type(&rtp), gst_rtp_buffer_get_ssrc(&rtp),
                   gst_rtp_buffer_get_seq(&rtp), gst_rtp_buffer_get_timestamp(&rtp),
                   gst_rtp_buffer_get_marker(&rtp) != FALSE};
  gst_rtp_buffer_unmap(&rtp);
  return out;
}

TEST(RtpRewriter, GivesThePacketTheReceiversNumbersAndLeavesTheOriginalAlone) {
  RtpRewriter rewriter(120, 0xabcdef01, 90'000);
  const auto original = packet(7, 3000, GST_SECOND, true);
  const BufferPtr out(rewriter.rewrite(original.get()));
  const Header header = headerOf(out.get());
  EXPECT_EQ(header.payloadType, 120);
  EXPECT_EQ(header.ssrc, 0xabcdef01U);
  EXPECT_EQ(header.sequence, 7);
  EXPECT_TRUE(header.marker);
  EXPECT_EQ(headerOf(original.get()).payloadType, 96);
  EXPECT_EQ(gst_buffer_get_size(out.get()), gst_buffer_get_size(original.get()));
  EXPECT_EQ(gst_buffer_peek_memory(out.get(), 1), gst_buffer_peek_memory(original.get(), 1))
      << "payload is shared";
}

TEST(RtpRewriter, RunsOnWhenTheSourceChanges) {
  RtpRewriter rewriter(96, 5, 90'000);
  BufferPtr(rewriter.rewrite(packet(65535, 0xffffff00, GST_SECOND).get()));
  rewriter.sourceChanged();
  const BufferPtr next(rewriter.rewrite(packet(100, 42, GST_SECOND + 40 * GST_MSECOND).get()));
  EXPECT_EQ(headerOf(next.get()).sequence, 0) << "65535 + 1";
  EXPECT_EQ(headerOf(next.get()).timestamp, 0xffffff00 + 3600U) << "40 ms at 90 kHz, wrapped";
  const BufferPtr after(rewriter.rewrite(packet(101, 42, GST_SECOND + 40 * GST_MSECOND).get()));
  EXPECT_EQ(headerOf(after.get()).sequence, 1);
  EXPECT_EQ(headerOf(after.get()).timestamp, headerOf(next.get()).timestamp) << "one frame, one time stamp";
}

TEST(RtpRewriter, TellsTheColourSpaceOnceWhenAsked) {
  RtpRewriter rewriter(96, 5, 90'000);
  rewriter.setColourSpaceId(9);
  rewriter.markColourSpace();
  const BufferPtr marked(rewriter.rewrite(packet(1, 0, 0, true).get()));
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  ASSERT_TRUE(gst_rtp_buffer_map(marked.get(), GST_MAP_READ, &rtp));
  gpointer data = nullptr;
  guint size = 0;
  ASSERT_TRUE(gst_rtp_buffer_get_extension_onebyte_header(&rtp, 9, 0, &data, &size));
  EXPECT_EQ(size, 4U);
  EXPECT_EQ(static_cast<uint8_t*>(data)[0], 6);
  EXPECT_EQ(gst_rtp_buffer_get_payload_len(&rtp), 7U);
  EXPECT_TRUE(gst_rtp_buffer_get_marker(&rtp));
  gst_rtp_buffer_unmap(&rtp);
  const BufferPtr next(rewriter.rewrite(packet(2, 0, 0).get()));
  EXPECT_EQ(gst_buffer_get_size(next.get()), 12U + 7U);
}

TEST(RtpRewriter, RefusesWhatIsTooShortForRtp) {
  RtpRewriter rewriter(96, 5, 90'000);
  const BufferPtr tiny(gst_buffer_new_memdup("abc", 3));
  EXPECT_EQ(rewriter.rewrite(tiny.get()), nullptr);
  const BufferPtr empty(gst_buffer_new());
  EXPECT_EQ(rewriter.rewrite(empty.get()), nullptr);
}

}  // namespace
}  // namespace tributary
