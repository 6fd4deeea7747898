// Clients whose sound cards run faster or slower than ours.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "click_meter.h"
#include "media/talker.h"
#include "media/time_stretch.h"

namespace tributary {
namespace {

constexpr double hertz = 440;
constexpr double omega = 2 * std::numbers::pi * hertz / audioRate;

/// A second of a tone as packets that follow each other for ever: 440 periods are whole.
std::vector<std::vector<uint8_t>> toneLoop() {
  MixEncoder encoder{OpusSettings{}};
  std::vector<std::vector<uint8_t>> out;
  double position = 0;
  for (int i = 0; i < 100; ++i) {
    AudioBlock block;
    for (float& sample : block)
      sample = 0.3F * static_cast<float>(std::sin(omega * position++));
    const auto packet = encoder.encode(block);
    if (i >= 50) out.emplace_back(packet.begin(), packet.end());  // after the encoder has settled
  }
  return out;
}

struct Heard {
  double click = 0;
  int leastMs = 1000;
  int mostMs = 0;
  Talker::Counters counters;
};

/// `length` minutes of a client whose clock is off by that much, with a little jitter.
Heard listen(double ppm, double length) {
  static const auto packets = toneLoop();
  double time = 0;
  Talker talker([&time] { return static_cast<int64_t>(time * 1e9); });
  test::ClickMeter meter(hertz);
  Heard out;
  uint16_t sequence = 0;
  int64_t sent = 0;
  const auto ticks = static_cast<int64_t>(length * 60 * 50);
  for (int64_t tick = 0; tick < ticks; ++tick) {
    const double now = static_cast<double>(tick) * 0.02;
    const auto arrival = [&] {
      return static_cast<double>(sent) * 0.02 * (1 - ppm * 1e-6) + static_cast<double>(sent * 7 % 5) * 0.001;
    };
    while (arrival() <= now) {
      time = arrival();
      talker.push(sequence++, packets[static_cast<size_t>(sent++) % packets.size()]);
    }
    time = now;
    AudioBlock block;
    talker.pull(block);
    meter.hear(block);
    if (tick == 100) meter.takeLargest();  // it has begun
    if (tick < 500) continue;
    const int buffered = talker.counters().bufferedMs;
    out.leastMs = std::min(out.leastMs, buffered);
    out.mostMs = std::max(out.mostMs, buffered);
  }
  out.click = meter.takeLargest();
  out.counters = talker.counters();
  return out;
}

constexpr double minutes = 30;

TEST(ClockDrift, NeitherDelayGrowsNorDoesItClick) {
  const Heard right = listen(0, 1);
  for (const double ppm : {300.0, -300.0}) {
    const Heard off = listen(ppm, minutes);
    std::printf(
        "%+.0f ppm for %.0f min: buffered %d to %d ms, dropped %.1f ms, added %.1f ms, concealed %.1f ms, "
        "largest step off the tone %.4f (%.4f with a right clock)\n",
        ppm, minutes, off.leastMs, off.mostMs, static_cast<double>(off.counters.droppedSamples) / 48,
        static_cast<double>(off.counters.addedSamples) / 48,
        static_cast<double>(off.counters.concealedSamples) / 48, off.click, right.click);
    EXPECT_LE(off.mostMs, 60) << "delay grows";
    EXPECT_EQ(off.counters.concealedSamples, 0U) << "it runs dry";
    EXPECT_LT(off.click, right.click * 2 + 0.002) << "a joint is heard";
    const double moved =
        static_cast<double>(off.counters.droppedSamples + off.counters.addedSamples) / audioRate;
    EXPECT_NEAR(moved, minutes * 60 * 300e-6, 0.03) << "as much as the clocks differ, and no more";
  }
}

TEST(TimeStretch, JoinsATonePeriodToPeriod) {
  std::vector<float> tone(audioFrame);
  for (size_t i = 0; i < tone.size(); ++i)
    tone[i] = static_cast<float>(std::sin(omega * static_cast<double>(i)));
  auto shorter = tone;
  const size_t dropped = stretch::shorten(shorter, 150, 400);
  auto longer = tone;
  const size_t added = stretch::lengthen(longer, 150, 400);
  EXPECT_EQ(shorter.size(), tone.size() - dropped);
  EXPECT_EQ(longer.size(), tone.size() + added);
  for (const auto& sound : {shorter, longer}) {
    for (size_t i = 2; i < sound.size(); ++i)
      ASSERT_NEAR(sound[i], 2 * std::cos(omega) * sound[i - 1] - sound[i - 2], 0.002) << i;
  }
}

TEST(TimeStretch, LeavesAloneWhatIsTooShort) {
  std::vector<float> sound(500, 0.1F);
  EXPECT_EQ(stretch::shorten(sound, 100, 400), 0U);
  EXPECT_EQ(stretch::lengthen(sound, 100, 400), 0U);
  EXPECT_EQ(sound.size(), 500U);
}

}  // namespace
}  // namespace tributary
