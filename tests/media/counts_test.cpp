// What metrics say of packets and of pipelines that break.
#include <gst/app/gstappsrc.h>
#include <gst/rtp/gstrtpbuffer.h>
#include <gtest/gtest.h>

#include "media/elements.h"
#include "media/jitter_buffers.h"
#include "media/rendition_set.h"
#include "media_room.h"

namespace tributary::test {
namespace {

GstBuffer* packetOf(uint16_t sequence) {
  constexpr uint32_t frame = 3600;  // of 90 kHz: 25 frames a second
  GstBuffer* out = gst_rtp_buffer_new_allocate(10, 0, 0);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  gst_rtp_buffer_map(out, GST_MAP_WRITE, &rtp);
  gst_rtp_buffer_set_ssrc(&rtp, 1);
  gst_rtp_buffer_set_payload_type(&rtp, 96);
  gst_rtp_buffer_set_seq(&rtp, sequence);
  gst_rtp_buffer_set_timestamp(&rtp, sequence * frame);
  gst_rtp_buffer_unmap(&rtp);
  return out;
}

/// A jitter buffer as a peer has it, of a stream of that kind.
class Jitter {
 public:
  explicit Jitter(const std::string& media) {
    const std::string description =
        "appsrc name=in is-live=true do-timestamp=true format=time caps=application/x-rtp,media=" + media +
        ",clock-rate=90000,payload=96 ! rtpjitterbuffer name=buffer latency=20 ! fakesink sync=false "
        "async=false";
    pipeline_ = ObjectPtr<GstElement>::sink(gst_parse_launch(description.c_str(), nullptr));
    source_ = findElement(pipeline_.get(), "appsrc");
    buffers_.add(findElement(pipeline_.get(), "rtpjitterbuffer").get());
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  }
  Jitter(const Jitter&) = delete;
  Jitter& operator=(const Jitter&) = delete;
  ~Jitter() { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

  void push(uint16_t sequence) { gst_app_src_push_buffer(GST_APP_SRC(source_.get()), packetOf(sequence)); }
  uint64_t videoLost() {
    buffers_.adapt(0);
    return buffers_.videoLost();
  }
  /// What the element itself has counted.
  uint64_t lost() const {
    GstStructure* stats = nullptr;
    guint64 out = 0;
    g_object_get(findElement(pipeline_.get(), "rtpjitterbuffer").get(), "stats", &stats, nullptr);
    gst_structure_get_uint64(stats, "num-lost", &out);
    gst_structure_free(stats);
    return out;
  }

 private:
  ObjectPtr<GstElement> pipeline_;
  ObjectPtr<GstElement> source_;
  JitterBuffers buffers_{20};
};

TEST(Counts, TellWhatNeverCameOfAPicture) {
  Jitter camera("video");
  for (const uint16_t sequence : {1, 2, 3, 5, 6, 7, 10, 11})
    camera.push(sequence);
  EXPECT_TRUE(waitFor([&] { return camera.videoLost() == 3; })) << camera.videoLost();
  for (const uint16_t sequence : {12, 13, 15, 16})
    camera.push(sequence);
  EXPECT_TRUE(waitFor([&] { return camera.videoLost() == 4; })) << camera.videoLost();
}

TEST(Counts, DoNotTakeSoundForAPicture) {
  Jitter microphone("audio");
  for (const uint16_t sequence : {1, 2, 4, 5})
    microphone.push(sequence);
  ASSERT_TRUE(waitFor([&] { return microphone.lost() == 1; }));
  EXPECT_EQ(microphone.videoLost(), 0U);
}

TEST(Counts, AreOfSoundAndOfPicturesEachWay) {
  MediaRoom room;
  TestPeer::Options options;
  options.width = 320;
  options.height = 180;
  room.join("a", options);
  room.arrange();
  const auto more = [](const PeerOutput::Counters& counted) {
    return counted.packets > 50 && counted.bytes > counted.packets * 12;
  };
  EXPECT_TRUE(waitFor([&] {
    const auto stats = room.media().stats();
    return more(stats.audioIn) && more(stats.videoIn) && more(stats.audioOut) && more(stats.videoOut);
  }));
  const auto before = room.media().stats();
  EXPECT_EQ(before.rtpInPackets(), before.audioIn.packets + before.videoIn.packets);
  room.leave("a");
  EXPECT_GE(room.media().stats().audioIn.packets, before.audioIn.packets) << "who has gone stays counted";
  EXPECT_GE(room.media().stats().videoIn.packets, before.videoIn.packets);
}

TEST(Counts, NameTheElementThatBrokeARendition) {
  const RoomClock clock;
  RenditionSet renditions({{{.name = "720p"}}, {}}, {320, 180}, clock);
  const auto viewer = std::make_shared<PeerOutput>();
  ASSERT_TRUE(renditions.watch(viewer, "VP8", "720p"));
  EXPECT_TRUE(renditions.errors().empty());
  renditions.forEach([](const Rendition& rendition) {
    const auto encoder = findElement(rendition.pipeline(), "vp8enc");
    GError* error = g_error_new_literal(GST_STREAM_ERROR, GST_STREAM_ERROR_ENCODE, "made up");
    gst_element_post_message(encoder.get(), gst_message_new_error(GST_OBJECT(encoder.get()), error, nullptr));
    g_error_free(error);
  });
  EXPECT_TRUE(waitFor([&] { return renditions.errors().contains("vp8enc"); }));
  renditions.unwatch(viewer.get());
}

}  // namespace
}  // namespace tributary::test
