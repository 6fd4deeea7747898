#include "media/recording_timeline.h"

#include <gtest/gtest.h>

namespace tributary::test {
namespace {

constexpr int64_t ms = 1'000'000;

struct Got {
  int64_t time;  ///< ms
  uint8_t mark;
  bool operator==(const Got&) const = default;
};
void PrintTo(const Got& got, std::ostream* out) {
  *out << got.time << ":" << int{got.mark};
}

class Timeline : public testing::Test {
 protected:
  void video(int64_t at, uint8_t mark, bool keyFrame = false) {
    RecordedPacket packet;
    packet.packet = {MediaPacket::Kind::video, at * ms, 40 * ms, keyFrame, {mark}};
    add(std::move(packet));
  }
  void sound(int64_t at) {
    RecordedPacket packet;
    packet.packet = {MediaPacket::Kind::audio, at * ms, 20 * ms, true, {0}};
    add(std::move(packet));
  }
  void add(RecordedPacket packet) { timeline_.add(std::move(packet), sink_); }

  std::vector<Got> pictures_;
  RecordingTimeline timeline_{true};
  RecordingTimeline::Sink sink_ = [this](RecordingTimeline::Out out) {
    if (out.packet.kind == MediaPacket::Kind::video)
      pictures_.push_back({out.packet.time / ms, out.packet.data.at(0)});
  };
};

TEST_F(Timeline, AnotherEncodersKeyFrameTakesThePlaceOfTheSamePicture) {
  video(1000, 1, true);
  sound(1000);
  video(1040, 1);
  video(1080, 1);        // what both encoders make
  video(1080, 2, true);  // replaces it
  video(1120, 2);
  for (int64_t at = 1020; at <= 1200; at += 20)
    sound(at);
  EXPECT_EQ(pictures_, (std::vector<Got>{{0, 1}, {40, 1}, {80, 2}, {120, 2}}));
  EXPECT_EQ(timeline_.missingFrames(), 0U);
}

TEST_F(Timeline, AndFollowsItWhereThatOneIsWrittenAlready) {
  video(1000, 1, true);
  video(1040, 1);
  for (int64_t at = 1000; at <= 1100; at += 20)
    sound(at);
  video(1080, 1);
  ASSERT_EQ(pictures_.size(), 3U);
  video(1080, 2, true);
  video(1120, 2);
  for (int64_t at = 1120; at <= 1200; at += 20)
    sound(at);
  EXPECT_EQ(pictures_, (std::vector<Got>{{0, 1}, {40, 1}, {80, 1}, {81, 2}, {120, 2}}));
  EXPECT_EQ(timeline_.missingFrames(), 0U);
}

TEST_F(Timeline, EndsWithItsLastPicture) {
  video(1000, 1, true);
  video(1040, 1);
  for (int64_t at = 1000; at <= 1200; at += 20)
    sound(at);
  timeline_.drain(sink_);
  EXPECT_EQ(timeline_.duration() / ms, 80);
}

TEST_F(Timeline, GoesOnWithSoundWhereThereAreNoMorePictures) {
  video(1000, 1, true);
  for (int64_t at = 1000; at <= 3000; at += 20)
    sound(at);
  timeline_.drain(sink_);
  EXPECT_EQ(timeline_.duration() / ms, 2020);
}

TEST_F(Timeline, TellsWhereSoundIsMissingAndFillsItWithSilence) {
  video(1000, 1, true);
  sound(1000);
  for (int64_t at = 1040; at <= 2000; at += 40)
    video(at, 1);
  for (int64_t at = 1500; at <= 2000; at += 20)
    sound(at);
  timeline_.drain(sink_);
  const auto gaps = timeline_.takeGaps();
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].kind, MediaPacket::Kind::audio);
  EXPECT_EQ(gaps[0].from / ms, 20);
  EXPECT_EQ(gaps[0].to / ms, 500);
  EXPECT_EQ(timeline_.filledPackets(), 24U);
}

TEST_F(Timeline, TellsWherePicturesAreMissing) {
  video(1000, 1, true);
  for (int64_t at = 1000; at <= 2000; at += 20)
    sound(at);
  video(2000, 1);
  timeline_.drain(sink_);
  const auto gaps = timeline_.takeGaps();
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].kind, MediaPacket::Kind::video);
  EXPECT_EQ(gaps[0].to / ms, 1000);
  EXPECT_EQ(timeline_.missingFrames(), 24U);
}

TEST_F(Timeline, TellsOfAShortHoleTooWhereSomethingWasDropped) {
  video(1000, 1, true);
  for (int64_t at = 1000; at <= 2000; at += 20)
    sound(at);
  RecordedPacket next;
  next.packet = {MediaPacket::Kind::video, 1120 * ms, 40 * ms, true, {1}};
  next.afterLoss = true;
  add(next);
  video(1240, 1);
  timeline_.drain(sink_);
  const auto gaps = timeline_.takeGaps();
  ASSERT_GE(gaps.size(), 1U);
  EXPECT_EQ(gaps[0].from / ms, 40);
  EXPECT_EQ(gaps[0].to / ms, 120);
  EXPECT_EQ(gaps.size(), 1U) << "80 ms without a loss are nothing to tell of";
}

TEST_F(Timeline, TellsHowFarSoundDriftsFromItsStamps) {
  video(1000, 1, true);
  for (int64_t count = 0; count < 100; ++count) {
    video(1040 + count * 20, 1);
    sound(1000 + count * 20 + count / 10);  // 10 ms too slow over two seconds
  }
  timeline_.drain(sink_);
  EXPECT_NEAR(static_cast<double>(timeline_.worstSkew()) / ms, 9, 1);
}

}  // namespace
}  // namespace tributary::test
