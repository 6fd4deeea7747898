#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

#include "media/opus_codec.h"
#include "media/talker.h"

namespace tributary {
namespace {

/// A microphone's Opus packets: a steady tone.
class Tone {
 public:
  std::vector<uint8_t> next() {
    AudioBlock block;
    for (float& sample : block) {
      sample = 0.3F * static_cast<float>(std::sin(2 * std::numbers::pi * 440 * position_++ / audioRate));
    }
    const auto packet = encoder_.encode(block);
    return {packet.begin(), packet.end()};
  }

 private:
  MixEncoder encoder_{OpusSettings{}};
  double position_ = 0;
};

double rms(const AudioBlock& block) {
  double sum = 0;
  for (const float sample : block)
    sum += static_cast<double>(sample) * sample;
  return std::sqrt(sum / audioFrame);
}

constexpr double toneRms = 0.3 / std::numbers::sqrt2;

TEST(Talker, PlaysWhatComesEvenlyAfterAShortDelay) {
  Talker talker;
  Tone tone;
  AudioBlock out;
  int silent = 0;
  for (uint16_t i = 0; i < 100; ++i) {
    talker.push(i, tone.next());
    talker.pull(out);
    if (rms(out) < toneRms / 2) ++silent;
  }
  EXPECT_LE(silent, 4) << "more than 80 ms before the first sound";
  EXPECT_NEAR(rms(out), toneRms, 0.03);
  EXPECT_EQ(talker.counters().concealedSamples, 0U);
}

TEST(Talker, IsSilentWithoutPackets) {
  Talker talker;
  AudioBlock out;
  out.fill(1);
  talker.pull(out);
  EXPECT_EQ(rms(out), 0);
}

TEST(Talker, HidesSingleLosses) {
  Talker talker;
  Tone tone;
  AudioBlock out;
  int quiet = 0;
  for (uint16_t i = 0; i < 200; ++i) {
    const auto packet = tone.next();
    if (i % 10 != 7) talker.push(i, packet);
    talker.pull(out);
    if (i > 20 && rms(out) < toneRms / 8) ++quiet;
  }
  EXPECT_LE(quiet, 2) << "a lost packet leaves a hole";
  EXPECT_NEAR(static_cast<double>(talker.counters().lost), 20, 2);
}

TEST(Talker, DelayFromABurstGoesAgain) {
  Talker talker;
  Tone tone;
  AudioBlock out;
  uint16_t sequence = 0;
  for (int i = 0; i < 50; ++i) {
    talker.push(sequence++, tone.next());
    talker.pull(out);
  }
  for (int i = 0; i < 10; ++i)
    talker.push(sequence++, tone.next());  // 200 ms at once, as after a stall
  const int after = talker.counters().bufferedMs;
  for (int i = 0; i < 2000; ++i) {
    talker.push(sequence++, tone.next());
    talker.pull(out);
  }
  EXPECT_GE(after, 200);
  EXPECT_LE(talker.counters().bufferedMs, 60) << "audio delay must not grow with every hiccup";
  EXPECT_NEAR(rms(out), toneRms, 0.03);
}

TEST(Talker, FallsSilentAndStartsAfreshAfterAPause) {
  Talker talker;
  Tone tone;
  AudioBlock out;
  uint16_t sequence = 0;
  for (int i = 0; i < 50; ++i) {
    talker.push(sequence++, tone.next());
    talker.pull(out);
  }
  for (int i = 0; i < 20; ++i)
    talker.pull(out);
  EXPECT_EQ(rms(out), 0);
  for (int i = 0; i < 10; ++i) {
    talker.push(sequence++, tone.next());
    talker.pull(out);
  }
  EXPECT_GT(rms(out), toneRms / 2);
}

TEST(Talker, PausesOfAMicrophoneThatSendsNothingMeanwhileAddNoDelay) {
  Talker talker;
  MixEncoder encoder({.dtx = true});
  AudioBlock out;
  uint16_t sequence = 0;
  double position = 0;
  int sent = 0;
  int told = 0;
  const auto say = [&](bool talks) {
    AudioBlock block{};
    for (float& sample : block)
      sample = talks
                   ? 0.3F * static_cast<float>(std::sin(2 * std::numbers::pi * 440 * position++ / audioRate))
                   : 0;
    const auto packet = encoder.encode(block);
    ++told;
    if (packet.size() > dtxPacket) {
      talker.push(sequence++, packet);
      ++sent;
    }
    talker.pull(out);
  };
  for (int pause = 0; pause < 5; ++pause) {
    for (int i = 0; i < 100; ++i)
      say(true);
    EXPECT_NEAR(rms(out), toneRms, 0.03);
    EXPECT_LE(talker.counters().bufferedMs, 60);
    sent = told = 0;
    for (int i = 0; i < 250; ++i)
      say(false);
    EXPECT_EQ(rms(out) < 0.001, true) << rms(out);
  }
  EXPECT_LT(sent, told / 4) << "a pause is hardly sent";
}

/// Ticks of 20 ms from when a short word of a microphone that sends nothing in pauses has come to when it is
/// heard.
std::vector<int> ticksUntilHeard(int64_t held) {
  int64_t now = 0;
  Talker talker([&now] { return now; });
  MixEncoder encoder({.dtx = true});
  AudioBlock out;
  constexpr int period = 60;
  constexpr int word = 5;
  uint16_t sequence = 0;
  double position = 0;
  std::vector<int> heard;
  bool loud = false;
  for (int tick = 0; tick < 20 * period; ++tick, now += audioTick) {
    AudioBlock block{};
    if (tick % period < word) {
      for (float& sample : block)
        sample = 0.3F * static_cast<float>(std::sin(2 * std::numbers::pi * 440 * position++ / audioRate));
    }
    const auto packet = encoder.encode(block);
    talker.hold(held);
    if (packet.size() > dtxPacket) talker.push(sequence++, packet);
    talker.pull(out);
    const bool before = std::exchange(loud, rms(out) > toneRms / 4);
    if (loud && !before) heard.push_back(tick % period);
  }
  return heard;
}

TEST(Talker, PlaysAShortWordAtItsTimeHoweverLongItIsHeld) {
  for (const int64_t ms : {0, 150, 250, 300, 330, 360, 400}) {
    const auto heard = ticksUntilHeard(ms * 1'000'000);
    EXPECT_GE(heard.size(), 19U) << "held for " << ms << " ms";
    for (size_t i = 1; i < heard.size(); ++i)
      EXPECT_NEAR(heard[i] * 20, ms + 35, 40) << "word " << i << ", held for " << ms << " ms";
  }
}

TEST(Talker, IgnoresPacketsThatAreNoOpusOrComeTwice) {
  Talker talker;
  Tone tone;
  AudioBlock out;
  const std::vector<uint8_t> garbage(700, 0xff);
  talker.push(0, {});
  talker.push(1, garbage);
  const auto packet = tone.next();
  talker.push(2, packet);
  talker.push(2, packet);
  talker.push(65000, packet);  // the past, by sequence arithmetic
  EXPECT_LE(talker.counters().bufferedMs, 140);
  talker.pull(out);
}

/// Pushes, and pulls once, for each of so many ticks; `order`: which packet comes at a tick.
struct Reordered {
  Talker talker;
  Tone tone;
  AudioBlock out;
  std::vector<std::vector<uint8_t>> packets;
  int quiet = 0;

  const std::vector<uint8_t>& packet(size_t index) {
    while (packets.size() <= index)
      packets.push_back(tone.next());
    return packets[index];
  }
  void come(size_t index) { talker.push(static_cast<uint16_t>(index), packet(index)); }
  void pull() {
    talker.pull(out);
    if (rms(out) < toneRms / 2) ++quiet;
  }
};

TEST(Talker, PutsPacketsInOrder) {
  Reordered stream;
  for (size_t i = 0; i < 10; ++i) {
    stream.come(i);
    stream.pull();
  }
  stream.quiet = 0;
  for (size_t i = 10; i < 200; ++i) {
    stream.come(i ^ 1U);  // each second one before its predecessor
    stream.pull();
  }
  EXPECT_EQ(stream.talker.counters().lost, 0U);
  EXPECT_EQ(stream.talker.counters().concealedSamples, 0U);
  EXPECT_EQ(stream.talker.counters().decoded, 200U);
  EXPECT_EQ(stream.quiet, 0);
}

TEST(Talker, WaitsLongerOnceWhatWasMissingHasComeLate) {
  Reordered stream;
  constexpr size_t late = 4;  // ticks
  uint64_t lostAtFirst = 0;
  for (size_t i = 0; i < 3000; ++i) {
    if (i % 10 != 5) stream.come(i);
    if (i % 10 == 5 + late) stream.come(i - late);
    stream.pull();
    if (i == 2000) lostAtFirst = stream.talker.counters().lost;
  }
  EXPECT_GT(lostAtFirst, 0U) << "the buffer is short at first";
  EXPECT_EQ(stream.talker.counters().lost, lostAtFirst) << "and long enough after 40 s";
}

TEST(Talker, IsAsShortAsBeforeWhereWhatIsMissingNeverComes) {
  Reordered stream;
  for (size_t i = 0; i < 1000; ++i) {
    if (i % 10 != 5) stream.come(i);
    stream.pull();
  }
  EXPECT_EQ(stream.talker.counters().lost, 100U);
  EXPECT_LE(stream.talker.counters().bufferedMs, 60);
}

TEST(Talker, GoesOnWithASenderThatBeginsAnew) {
  Reordered stream;
  for (size_t i = 400; i < 500; ++i) {
    stream.come(i);
    stream.pull();
  }
  for (size_t i = 0; i < 100; ++i) {
    stream.come(i);
    stream.pull();
  }
  EXPECT_NEAR(rms(stream.out), toneRms, 0.05);
  EXPECT_GE(stream.talker.counters().decoded, 195U);
}

TEST(Talker, TellsItsLevelUndecodedAndKeepsTheBeginningOfAWord) {
  Talker talker;
  Tone tone;
  AudioBlock out;
  MixEncoder encoder{OpusSettings{}};
  EXPECT_EQ(talker.overhear(), silenceLevel) << "nothing has told yet";
  for (uint16_t i = 0; i < 50; ++i) {
    talker.push(i, encoder.encode(AudioBlock{}), -127);
    EXPECT_EQ(talker.overhear(), silenceLevel);
  }
  const auto before = talker.counters().decoded;
  EXPECT_LE(before, 1U) << "what came before the first look";
  talker.push(50, tone.next(), -13);
  EXPECT_EQ(talker.overhear(), -13);
  int tick = 0;
  for (uint16_t i = 51; tick < 10; ++tick, ++i) {
    talker.pull(out);
    if (rms(out) > toneRms / 4) break;
    talker.push(i, tone.next(), -13);
  }
  EXPECT_LE(tick, 3) << "the first packet of the tone is heard within 60 ms";
  EXPECT_EQ(talker.counters().decoded, before + 3 + static_cast<uint64_t>(tick));
}

TEST(Talker, ForgetsWhatWasSaidWhileNobodyHeardIt) {
  int64_t now = 0;
  Talker talker([&now] { return now; });
  Tone tone;
  AudioBlock out;
  uint16_t sequence = 0;
  talker.overhear();
  for (int i = 0; i < 3; ++i, now += audioTick)
    talker.push(sequence++, tone.next(), -13);
  talker.overhear();
  now += 1'000'000'000;  // muted: nothing is sent
  for (int i = 0; i < 10; ++i, now += audioTick) {
    talker.pull(out);
    EXPECT_EQ(rms(out), 0);
  }
  for (int i = 0; i < 10; ++i, now += audioTick) {
    talker.push(sequence++, tone.next(), -13);
    talker.pull(out);
  }
  EXPECT_GT(rms(out), toneRms / 2) << "what is said now is heard";
}

TEST(Talker, MetersItsLevelAndKeepsTheBeginningOfAWordWhereTheClientDoesNotTell) {
  Talker talker;
  Tone tone;
  AudioBlock out;
  MixEncoder encoder{OpusSettings{}};
  uint16_t sequence = 0;
  for (int begins = 0; begins < 4; ++begins) {  // after each place among the metered packets
    talker.overhear();
    for (int i = 0; i < 50 + begins; ++i) {
      talker.push(sequence++, encoder.encode(AudioBlock{}));
      ASSERT_LT(talker.overhear(), -80);
    }
    const auto before = talker.counters().decoded;
    int tick = 0;
    for (; tick < 10; ++tick) {
      talker.push(sequence++, tone.next());
      if (talker.overhear() > -55) break;  // the mixer gives it a slot
    }
    EXPECT_LE(tick, 1) << "40 ms of sound have come, and 60 are kept";
    EXPECT_EQ(talker.counters().decoded, before) << "to be heard";
    for (tick = 0; tick < 10; ++tick) {
      talker.pull(out);
      if (rms(out) > toneRms / 4) break;
      talker.push(sequence++, tone.next());
    }
    EXPECT_LE(tick, 3) << "the first packet of the tone is heard within 60 ms";
    EXPECT_EQ(talker.counters().decoded, before + 3 + static_cast<uint64_t>(tick));
  }
}

TEST(Talker, MetersFromTheFirstPacketThatNoLongerTells) {
  Talker talker;
  Tone tone;
  talker.push(0, tone.next(), -90);
  EXPECT_EQ(talker.overhear(), -90);
  for (uint16_t i = 1; i < 10; ++i)
    talker.push(i, tone.next());
  EXPECT_GT(talker.overhear(), -20);
  EXPECT_LE(talker.counters().decoded, 1U);
}

TEST(Talker, IsSilentWhenNothingTellsAnyMore) {
  Talker talker;
  Tone tone;
  talker.push(0, tone.next(), -13);
  for (int tick = 0; tick < 4; ++tick)
    EXPECT_EQ(talker.overhear(), -13);
  EXPECT_EQ(talker.overhear(), silenceLevel);
}

/// A network at its worst: stalls, bursts, holes, packets with and without a level, listeners who come and
/// go.
void runBadNetwork(unsigned seed, int ticks) {
  std::mt19937 random(seed);
  const auto oneIn = [&random](unsigned chances) { return random() % chances == 0; };
  int64_t now = 0;
  Talker talker([&now] { return now; });
  Tone tone;
  AudioBlock out;
  uint16_t sequence = 0;
  int waiting = 0;
  bool stalled = false;
  for (int tick = 0; tick < ticks; ++tick) {
    now += 20'000'000;
    if (oneIn(40)) stalled = !stalled;
    ++waiting;
    if (!stalled || oneIn(10)) {
      for (; waiting > 0; --waiting, ++sequence) {
        if (oneIn(50)) continue;
        const int64_t due = std::exchange(now, now + random() % 15'000'000);
        talker.push(sequence, tone.next(), oneIn(3) ? std::nullopt : std::optional<double>(-20));
        now = due;
      }
    }
    if (oneIn(200)) sequence = static_cast<uint16_t>(sequence + random() % 300);
    if (!oneIn(20)) {
      talker.pull(out);
    } else if (oneIn(2)) {
      talker.overhear();
    }
    // A buffer from which more was taken than it had is endless by its own account.
    ASSERT_LE(talker.counters().bufferedMs, 400 + 120) << "seed " << seed << ", tick " << tick;
    ASSERT_GE(talker.counters().bufferedMs, 0) << "seed " << seed << ", tick " << tick;
  }
}

TEST(Talker, NeverPlaysMoreThanItHas) {
  for (unsigned seed = 9; seed <= 12; ++seed)
    runBadNetwork(seed, 10'000);
}

}  // namespace
}  // namespace tributary
