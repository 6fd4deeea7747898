#include "media/peer_output.h"

#include <gst/rtp/gstrtpbuffer.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "media/send_lane.h"

namespace tributary {
namespace {

constexpr uint64_t large = 1;
constexpr uint64_t small = 2;

/// A list of one packet with that number.
GstBufferList* listOf(uint16_t sequence) {
  GstBuffer* buffer = gst_rtp_buffer_new_allocate(10, 0, 0);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  gst_rtp_buffer_map(buffer, GST_MAP_WRITE, &rtp);
  gst_rtp_buffer_set_seq(&rtp, sequence);
  gst_rtp_buffer_set_timestamp(&rtp, sequence * 3600U);
  gst_rtp_buffer_unmap(&rtp);
  GST_BUFFER_PTS(buffer) = sequence * (GST_SECOND / 25);
  GstBufferList* out = gst_buffer_list_new();
  gst_buffer_list_add(out, buffer);
  return out;
}

uint16_t numberOf(GstBuffer* packet) {
  std::array<uint8_t, 4> head{};
  gst_buffer_extract(packet, 0, head.data(), head.size());
  return GST_READ_UINT16_BE(head.data() + 2);
}

class PeerOutputTest : public testing::Test {
 protected:
  void SetUp() override {
    stream_->setDirect([this](GstBuffer* const* packets, unsigned count) {
      const std::lock_guard lock(mutex_);
      for (unsigned i = 0; i < count; ++i)
        numbers_.push_back(numberOf(packets[i]));
      changed_.notify_all();
      return true;
    });
    output_.setVideo({stream_, RtpRewriter(96, 1234, 90'000)});
    output_.open();
  }
  void TearDown() override { stream_->detach(); }

  /// Frame `sequence` of a rendition; the number it was sent with, if it was.
  std::optional<uint16_t> send(uint64_t source, uint16_t sequence, bool keyFrame = false) {
    const auto before = output_.video().packets;
    GstBufferList* list = listOf(sequence);
    output_.sendVideo(list, source, keyFrame);
    gst_buffer_list_unref(list);
    if (output_.video().packets == before) return std::nullopt;
    std::unique_lock lock(mutex_);
    const auto there = [&] { return numbers_.size() > before; };
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::seconds(30), there));
    return numbers_.back();
  }

  SendLane lane_{"test-lane"};
  std::shared_ptr<SendStream> stream_ = std::make_shared<SendStream>(lane_, "src", 100);
  PeerOutput output_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<uint16_t> numbers_;
};

TEST_F(PeerOutputTest, ChangesRenditionsAtAKeyFrameWithoutAHoleInItsNumbers) {
  EXPECT_TRUE(output_.expectVideo(large));
  EXPECT_FALSE(send(large, 7)) << "nobody can decode that";
  EXPECT_EQ(send(large, 8, true), 8);
  EXPECT_TRUE(output_.expectVideo(small));
  EXPECT_EQ(send(large, 9), 9) << "until the other begins";
  EXPECT_FALSE(send(small, 500));
  EXPECT_EQ(send(small, 501, true), 10);
  EXPECT_FALSE(send(large, 10, true));
  EXPECT_EQ(send(small, 502), 11);
}

TEST_F(PeerOutputTest, GoesOnWithAKeyFrameAndTheNextNumberAfterItSawNothingForAWhile) {
  output_.expectVideo(large);
  ASSERT_EQ(send(large, 8, true), 8);
  output_.leaveVideo();
  EXPECT_FALSE(send(large, 9)) << "one was on its way";
  EXPECT_FALSE(send(large, 10, true)) << "likewise";
  EXPECT_TRUE(output_.expectVideo(large)) << "somebody has to ask for a key frame";
  EXPECT_FALSE(send(large, 40'000));
  EXPECT_EQ(send(large, 40'001, true), 9) << "a hole is loss, and in SRTP a turn of the numbers";
  EXPECT_EQ(send(large, 40'002), 10);
}

TEST_F(PeerOutputTest, OneThatWasMutedToMoveAndStaysSeesAgain) {
  output_.expectVideo(large);
  ASSERT_EQ(send(large, 8, true), 8);
  output_.muteVideo();
  EXPECT_FALSE(send(large, 9));
  EXPECT_FALSE(send(large, 10, true)) << "its way is to run empty";
  EXPECT_TRUE(output_.isPast(8));
  EXPECT_TRUE(output_.expectVideo(large, true));
  EXPECT_FALSE(send(large, 11));
  EXPECT_EQ(send(large, 12, true), 9);
  EXPECT_EQ(send(large, 13), 10);
  EXPECT_FALSE(output_.isPast(10));
}

TEST_F(PeerOutputTest, OneThatIsWhereItIsToBeNeedsNoKeyFrame) {
  output_.expectVideo(large);
  ASSERT_EQ(send(large, 8, true), 8);
  EXPECT_FALSE(output_.expectVideo(large));
  EXPECT_EQ(send(large, 9), 9);
}

TEST_F(PeerOutputTest, ARenditionThatGaveUpOnItComesBackAsAnother) {
  output_.expectVideo(large);
  ASSERT_EQ(send(large, 8, true), 8);
  output_.expectVideo(small);
  output_.leaveVideo(large);  // no key frame of the other has come for too long
  EXPECT_TRUE(output_.expectVideo(large));
  EXPECT_FALSE(send(large, 200));
  EXPECT_EQ(send(large, 201, true), 9);
}

}  // namespace
}  // namespace tributary
