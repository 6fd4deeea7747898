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

}  // namespace
}  // namespace tributary::test
