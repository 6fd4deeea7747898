// How long sound is held for a picture that comes later, and that nobody hears it.
#include "media/lip_sync.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <numbers>
#include <vector>

#include "media/opus_codec.h"
#include "media/talker.h"

namespace tributary {
namespace {

constexpr int64_t oneMs = 1'000'000;
constexpr uint32_t soundSsrc = 11;
constexpr uint32_t pictureSsrc = 22;

/// A client whose clock is not ours. Both of its RTP clocks are about to wrap.
class Client {
 public:
  int64_t soundLag = 20 * oneMs;
  int64_t pictureLag = 20 * oneMs;
  bool camera = true;
  bool reports = true;
  LipSync sync{200 * oneMs};

  int64_t after(int seconds) {
    int64_t hold = 0;
    for (const int64_t end = now_ + seconds * 1000; now_ < end; now_ += 20) {
      if (now_ % 1000 == 0 && reports) report();
      hold = sync.onSound(soundSsrc, rtp(48), now_ * oneMs + soundLag);
      if (now_ % 40 == 0 && camera) sync.onPicture(pictureSsrc, rtp(90), now_ * oneMs + pictureLag);
    }
    return hold / oneMs;
  }

 private:
  uint32_t rtp(int64_t perMs) const { return static_cast<uint32_t>(0xffff'0000U + now_ * perMs); }

  void report() {
    const auto theirs = static_cast<uint64_t>(now_ + 3'900'000'000'123);  // ms since 1900
    const uint64_t ntp = (theirs / 1000 << 32) + (theirs % 1000 << 32) / 1000;
    sync.onReport(soundSsrc, ntp, rtp(48));
    sync.onReport(pictureSsrc, ntp, rtp(90));
  }

  int64_t now_ = 5000;  // ms
};

TEST(LipSync, HoldsNothingForPicturesThatAreInTime) {
  Client client;
  EXPECT_EQ(client.after(10), 0);
  client.soundLag = 150 * oneMs;  // and picture cannot be had later
  EXPECT_EQ(client.after(10), 0);
}

TEST(LipSync, HoldsSoundForALatePicture) {
  Client client;
  client.pictureLag = 120 * oneMs;
  EXPECT_NEAR(static_cast<double>(client.after(10)), 120, 15);
}

/// ms; NaN where it is not known.
double apart(Client& client) {
  const auto known = client.sync.apart();
  return known ? static_cast<double>(*known) / oneMs : std::nan("");
}

TEST(LipSync, TellsWhatItLeavesApart) {
  Client client;
  EXPECT_TRUE(std::isnan(apart(client)));
  client.pictureLag = 120 * oneMs;
  client.after(4);
  EXPECT_NEAR(apart(client), 120, 5) << "nothing was held when these were mixed";
  client.after(6);
  EXPECT_NEAR(apart(client), 0, 5);
  client.soundLag = 220 * oneMs;
  client.after(10);
  EXPECT_NEAR(apart(client), -80, 5) << "sound that is late cannot be hastened";
  client.pictureLag = 620 * oneMs;
  client.after(10);
  EXPECT_NEAR(apart(client), 220, 5) << "more than may be held is left";
  client.camera = false;
  client.after(5);
  EXPECT_TRUE(std::isnan(apart(client)));
}

TEST(LipSync, HoldsNoLongerThanItMay) {
  Client client;
  client.pictureLag = 900 * oneMs;
  EXPECT_EQ(client.after(10), 200);
  client.sync.setMost(0);
  EXPECT_EQ(client.after(1), 0);
}

TEST(LipSync, LetsGoWhenTheCameraIsOffOrInTimeAgain) {
  Client client;
  client.pictureLag = 120 * oneMs;
  ASSERT_GT(client.after(10), 0);
  client.camera = false;
  EXPECT_EQ(client.after(5), 0);
  client.camera = true;
  ASSERT_GT(client.after(5), 0);
  client.pictureLag = 20 * oneMs;
  EXPECT_EQ(client.after(5), 0);
}

TEST(LipSync, LetsGoOfAShortHoldTooWhenTheCameraIsOff) {
  Client client;
  client.pictureLag = 40 * oneMs;
  const int64_t hold = client.after(10);
  ASSERT_GT(hold, 0);
  ASSERT_LE(hold, 40) << "shorter than what it would be changed for";
  client.camera = false;
  EXPECT_EQ(client.after(5), 0);
}

TEST(LipSync, IsNotMovedByOneLatePictureOrALittle) {
  Client client;
  client.pictureLag = 120 * oneMs;
  const int64_t before = client.after(10);
  client.pictureLag = 400 * oneMs;
  client.after(1);
  client.pictureLag = 130 * oneMs;
  EXPECT_EQ(client.after(10), before);
}

TEST(LipSync, KnowsNothingWithoutReportsAndIgnoresNonsense) {
  Client silent;
  silent.reports = false;
  silent.pictureLag = 120 * oneMs;
  EXPECT_EQ(silent.after(10), 0);
  Client absurd;
  absurd.pictureLag = LipSync::implausible * 3;
  EXPECT_EQ(absurd.after(10), 0);
}

/// A tone through a Talker that is told to hold it: how much is in hand after, and how far a sample is from
/// what a tone has there.
struct Held {
  int bufferedMs = 0;
  double step = 0;
  Talker::Counters counters;
};

class HeldTone {
 public:
  enum class Packets { even, uneven };  ///< uneven: one of seven comes with the next
  Held after(double seconds, int64_t hold, Packets packets = Packets::even) {
    Held out;
    std::deque<std::vector<uint8_t>> late;
    for (int i = 0; i < seconds * 50; ++i) {
      talker_.hold(hold);
      AudioBlock in;
      for (float& sample : in)
        sample = 0.3F * static_cast<float>(std::sin(omega * position_++));
      const auto packet = encoder_.encode(in);
      now_ += 5 * oneMs;
      late.emplace_back(packet.begin(), packet.end());
      while (!late.empty() && (i % 7 != 0 || packets == Packets::even)) {
        talker_.push(sequence_++, late.front());
        late.pop_front();
      }
      now_ += 15 * oneMs;
      AudioBlock block;
      talker_.pull(block);
      for (const float sample : block) {
        if (++heard_ > audioRate)
          out.step = std::max(out.step, std::abs(sample - 2 * std::cos(omega) * last_ + before_));
        before_ = last_;
        last_ = sample;
      }
    }
    out.counters = talker_.counters();
    out.bufferedMs = out.counters.bufferedMs;
    return out;
  }

 private:
  static constexpr double omega = 2 * std::numbers::pi * 440 / audioRate;
  MixEncoder encoder_{OpusSettings{}};
  int64_t now_ = 0;
  Talker talker_{[this] { return now_; }};
  uint16_t sequence_ = 0;
  double position_ = 0;
  int64_t heard_ = 0;
  double last_ = 0;
  double before_ = 0;
};

TEST(Talker, IsHeldAndLetGoWithoutAClickOrAGap) {
  HeldTone tone;
  const Held free = tone.after(5, 0);
  const Held held = tone.after(8, 150 * oneMs);
  EXPECT_NEAR(held.bufferedMs, free.bufferedMs + 150, 25);
  const Held still = tone.after(20, 150 * oneMs);
  EXPECT_EQ(still.counters.addedSamples, held.counters.addedSamples) << "it has arrived";
  const Held again = tone.after(15, 0);
  EXPECT_NEAR(again.bufferedMs, free.bufferedMs, 25);
  for (const Held& part : {held, still, again}) {
    EXPECT_LT(part.step, free.step * 2 + 0.002) << "a joint is heard";
    EXPECT_EQ(part.counters.concealedSamples, 0U);
  }
}

TEST(Talker, IsLetGoThoughPacketsComeUnevenly) {
  HeldTone tone;
  const Held uneven = tone.after(10, 0, HeldTone::Packets::uneven);
  const Held held = tone.after(8, 150 * oneMs, HeldTone::Packets::uneven);
  EXPECT_NEAR(held.bufferedMs, uneven.bufferedMs + 150, 30);
  const Held again = tone.after(6, 0, HeldTone::Packets::uneven);
  EXPECT_NEAR(again.bufferedMs, uneven.bufferedMs, 30);
}

TEST(Talker, WhoBeginsWhileHeldIsLateByThatMuchFromTheStart) {
  HeldTone tone;
  const Held held = tone.after(1, 200 * oneMs);
  EXPECT_NEAR(held.bufferedMs, HeldTone().after(1, 0).bufferedMs + 200, 25);
  EXPECT_EQ(held.counters.addedSamples, 0U);
}

}  // namespace
}  // namespace tributary
