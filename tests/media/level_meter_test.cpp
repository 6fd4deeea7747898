#include "media/level_meter.h"

#include <gtest/gtest.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <random>

namespace tributary {
namespace {

using Packets = std::vector<std::vector<uint8_t>>;
using Microphone = std::function<float(double seconds)>;

/// 10 s of a microphone, as a client would send them.
Packets recordingOf(const Microphone& microphone) {
  MixEncoder encoder{OpusSettings{.bitrate = 32'000, .complexity = 5}};
  Packets out;
  int64_t position = 0;
  for (int i = 0; i < 500; ++i) {
    AudioBlock block;
    for (float& sample : block)
      sample = microphone(static_cast<double>(position++) / audioRate);
    const auto packet = encoder.encode(block);
    out.emplace_back(packet.begin(), packet.end());
  }
  return out;
}

float tone(double seconds) {
  return 0.3F * static_cast<float>(std::sin(2 * std::numbers::pi * 440 * seconds));
}

/// Noise with the spectrum of a voice, four syllables a second.
Microphone babble() {
  return [random = std::mt19937(4), noise = std::normal_distribution<float>(0, 0.5F),
          low = 0.0F](double seconds) mutable {
    low += 0.1F * (noise(random) - low);
    const double syllable = std::sin(std::numbers::pi * 4 * seconds);
    return low * static_cast<float>(syllable * syllable);
  };
}

/// The mixer's: up at once, down slowly.
double followed(double before, double now) {
  return now > before ? now : before + (now - before) * 0.05;
}

/// The median of how far the metered level is from that of the decoded sound, both as the mixer follows
/// them; dB.
double errorOf(const Packets& packets) {
  LevelMeter meter;
  TalkDecoder decoder;
  double told = silenceLevel;
  double metered = silenceLevel;
  double heard = silenceLevel;
  std::vector<double> errors;
  for (const auto& packet : packets) {
    std::vector<float> samples;
    decoder.decode(packet, samples);
    heard = followed(heard, soundLevel(samples));
    told = meter.hear(packet).value_or(told);
    metered = followed(metered, told);
    errors.push_back(std::abs(metered - heard));
  }
  std::ranges::sort(errors);
  return errors[errors.size() / 2];
}

double cpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

TEST(LevelMeter, IsWithinAFewDecibelsOfTheSound) {
  EXPECT_LT(errorOf(recordingOf(tone)), 4);
  EXPECT_LT(errorOf(recordingOf(babble())), 4);
  EXPECT_LT(errorOf(recordingOf([](double) { return 0.0F; })), 1);
}

TEST(LevelMeter, CostsLessThanDecoding) {
  const Packets packets = recordingOf(babble());
  double best = 1e9;  // of some rounds: the machine may be busy
  for (int round = 0; round < 5; ++round) {
    LevelMeter meter;
    TalkDecoder decoder;
    std::vector<float> samples;
    const double start = cpuSeconds();
    for (const auto& packet : packets)
      meter.hear(packet);
    const double between = cpuSeconds();
    for (const auto& packet : packets) {
      samples.clear();
      decoder.decode(packet, samples);
    }
    best = std::min(best, (between - start) / (cpuSeconds() - between));
  }
  std::printf("metered for %.2f of what decoding costs\n", best);
  EXPECT_LT(best, 0.65);
}

TEST(LevelMeter, PassesOverAtMost40msWhateverThePackets) {
  LevelMeter meter;
  const Packets packets = recordingOf(tone);
  EXPECT_TRUE(meter.hear(packets[0])) << "the first is of use at once";
  EXPECT_FALSE(meter.hear(packets[1]));
  EXPECT_TRUE(meter.hear(packets[2]));
  EXPECT_FALSE(meter.hear({})) << "no Opus";
  const std::vector<uint8_t> hostile(700, 0xff);
  EXPECT_FALSE(meter.hear(hostile));
  EXPECT_FALSE(meter.hear(packets[3]));
  EXPECT_TRUE(meter.hear(packets[4]));
}

}  // namespace
}  // namespace tributary
