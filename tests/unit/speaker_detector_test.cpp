#include "room/speaker_detector.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

constexpr int64_t second = 1'000'000'000;

/// Feeds levels and time, and asks every 100 ms as the room does.
class Feed {
 public:
  /// For so long, everybody named at that level, the others unheard.
  void run(double seconds, const std::map<std::string, double>& levels) {
    const int64_t end = now_ + static_cast<int64_t>(seconds * second);
    for (; now_ < end; now_ += SpeakerDetector::step) {
      for (const auto& [id, db] : levels)
        detector.level(id, db, now_);
      if (now_ / SpeakerDetector::step % 5 == 0) detector.decide(now_);
    }
  }

  SpeakerDetector detector;

 private:
  int64_t now_ = second;
};

TEST(SpeakerDetector, HasNobodyBeforeAnybodyTalks) {
  Feed feed;
  feed.run(3, {{"a", -70}, {"b", -90}});
  EXPECT_EQ(feed.detector.dominant(), "");
  EXPECT_TRUE(feed.detector.speaking().empty());
}

TEST(SpeakerDetector, TurnsToWhoTalksWithinASecondAndStaysThroughSilence) {
  Feed feed;
  feed.run(1, {{"a", -80}, {"b", -80}});
  feed.run(1, {{"a", -20}, {"b", -80}});
  EXPECT_EQ(feed.detector.dominant(), "a");
  EXPECT_EQ(feed.detector.speaking(), std::vector<std::string>{"a"});
  feed.run(1, {{"a", -80}, {"b", -25}});
  EXPECT_EQ(feed.detector.dominant(), "b");
  feed.run(20, {{"a", -80}, {"b", -80}});
  EXPECT_EQ(feed.detector.dominant(), "b") << "who talked last stays";
  EXPECT_TRUE(feed.detector.speaking().empty());
}

TEST(SpeakerDetector, IgnoresACoughAlsoInSilence) {
  Feed feed;
  feed.run(1, {{"a", -80}, {"b", -80}});
  feed.run(2, {{"a", -25}, {"b", -80}});
  feed.run(0.4, {{"a", -25}, {"b", -10}});
  feed.run(1, {{"a", -25}, {"b", -80}});
  EXPECT_EQ(feed.detector.dominant(), "a");
  feed.run(3, {{"a", -80}, {"b", -80}});
  feed.run(0.4, {{"a", -80}, {"b", -10}});
  feed.run(1, {{"a", -80}, {"b", -80}});
  EXPECT_EQ(feed.detector.dominant(), "a");
}

TEST(SpeakerDetector, LearnsSteadyNoise) {
  Feed feed;
  feed.run(6, {{"fan", -42}, {"b", -80}});
  EXPECT_EQ(feed.detector.dominant(), "");
  feed.run(1, {{"fan", -42}, {"b", -30}});
  EXPECT_EQ(feed.detector.dominant(), "b");
  feed.run(5, {{"fan", -42}, {"b", -80}});
  EXPECT_EQ(feed.detector.dominant(), "b");
  feed.run(1, {{"fan", -22}, {"b", -80}});
  EXPECT_EQ(feed.detector.dominant(), "fan") << "and a voice above it";
}

TEST(SpeakerDetector, NoiseThatBeginsIsTakenForAVoiceForSecondsOnly) {
  Feed feed;
  feed.run(2, {{"a", -80}});
  feed.run(30, {{"a", -45}});
  EXPECT_TRUE(feed.detector.speaking().empty()) << "a fan switched on is noise in the end";
}

TEST(SpeakerDetector, KeepsTheFirstOfTwoWhoTalkAtOnce) {
  Feed feed;
  feed.run(1, {{"a", -80}, {"b", -80}});
  feed.run(2, {{"a", -25}, {"b", -80}});
  feed.run(5, {{"a", -25}, {"b", -18}});
  EXPECT_EQ(feed.detector.dominant(), "a");
  EXPECT_EQ(feed.detector.speaking(), (std::vector<std::string>{"a", "b"}));
}

TEST(SpeakerDetector, ForgetsWhoLeaves) {
  Feed feed;
  feed.run(1, {{"a", -80}});
  feed.run(2, {{"a", -25}});
  feed.detector.remove("a");
  EXPECT_EQ(feed.detector.dominant(), "");
  feed.run(1, {{"b", -80}});
  feed.run(1, {{"b", -25}});
  EXPECT_EQ(feed.detector.dominant(), "b");
}

}  // namespace
}  // namespace tributary
