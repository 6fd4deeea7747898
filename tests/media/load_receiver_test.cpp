#include <gst/rtp/gstrtpbuffer.h>
#include <gst/video/video.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "glib/object_ptr.h"
#include "loadgen/receiver.h"

namespace tributary::test {
namespace {

/// A receiver of the load tool's behind a stream that the test writes.
class LoadReceiver : public testing::Test {
 protected:
  void SetUp() override {
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    gst_pad_set_active(pad_.get(), TRUE);
    gst_pad_push_event(pad_.get(), gst_event_new_stream_start("mix"));
    GstCaps* caps =
        gst_caps_from_string("application/x-rtp, media=video, encoding-name=VP8, clock-rate=90000");
    gst_pad_push_event(pad_.get(), gst_event_new_caps(caps));
    gst_caps_unref(caps);
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(pad_.get(), gst_event_new_segment(&segment));
    const auto count = [](GstPad*, GstPadProbeInfo* info, gpointer self) {
      if (gst_video_event_is_force_key_unit(GST_PAD_PROBE_INFO_EVENT(info)))
        ++static_cast<LoadReceiver*>(self)->asked_;
      return GST_PAD_PROBE_OK;
    };
    gst_pad_add_probe(pad_.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, count, this, nullptr);
    receiver_.takeStream(pipeline_.get(), pad_.get());
    receiver_.startMeasuring();
  }
  void TearDown() override { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

  /// A frame of one packet (RFC 7741, 4.2; RFC 6386, 9.1).
  void push(bool key) {
    constexpr std::array<uint8_t, 11> payload = {0x10, 0x00, 0x00, 0x00, 0x9d, 0x01,
                                                 0x2a, 0x80, 0x02, 0x68, 0x01};
    GstBuffer* packet = gst_rtp_buffer_new_allocate(payload.size(), 0, 0);
    GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
    gst_rtp_buffer_map(packet, GST_MAP_WRITE, &rtp);
    gst_rtp_buffer_set_payload_type(&rtp, 96);
    gst_rtp_buffer_set_seq(&rtp, ++sequence_);
    gst_rtp_buffer_set_timestamp(&rtp, sequence_ * 3600U);
    gst_rtp_buffer_set_marker(&rtp, TRUE);
    auto* const to = static_cast<uint8_t*>(gst_rtp_buffer_get_payload(&rtp));
    std::copy(payload.begin(), payload.end(), to);
    if (!key) to[1] |= 1;
    gst_rtp_buffer_unmap(&rtp);
    EXPECT_EQ(gst_pad_push(pad_.get(), packet), GST_FLOW_OK);
  }

  ObjectPtr<GstElement> pipeline_ = ObjectPtr<GstElement>::sink(gst_pipeline_new(nullptr));
  ObjectPtr<GstPad> pad_ = ObjectPtr<GstPad>::sink(gst_pad_new("stream", GST_PAD_SRC));
  load::Receiver receiver_{{.mode = load::Receive::full}};
  int asked_ = 0;
  uint16_t sequence_ = 0;
};

TEST_F(LoadReceiver, AsksForAKeyFrameWhenTheFirstWasLost) {
  push(false);
  EXPECT_EQ(asked_, 1);
  EXPECT_EQ(receiver_.framesSoFar(), 0U) << "it cannot be shown";
  push(true);
  EXPECT_EQ(receiver_.framesSoFar(), 1U);
  push(false);
  EXPECT_EQ(receiver_.framesSoFar(), 2U);
  ASSERT_FALSE(receiver_.reading().video.resizes.empty());
  EXPECT_EQ(receiver_.reading().video.resizes.back().height, 360);
  EXPECT_EQ(asked_, 1);
}

TEST_F(LoadReceiver, LosesOneFrameToALossWhileItCounts) {
  load::Receiver counting{{.mode = load::Receive::count}};
  counting.watchSocket(pad_.get());
  counting.startMeasuring();
  push(false);
  ++sequence_;
  push(false);  // bears the gap
  push(false);
  counting.stopMeasuring();
  const auto video = counting.reading().video;
  EXPECT_EQ(video.lost, 1U);
  EXPECT_EQ(video.damagedFrames, 1U);
  EXPECT_EQ(video.shown.frames, 2U);
}

}  // namespace
}  // namespace tributary::test
