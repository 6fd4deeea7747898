#include "loadgen/voice.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>

#include "media/opus_codec.h"

namespace tributary::load {
namespace {

constexpr int packetsPerSecond = 50;
constexpr int microphoneBitrate = 32'000;

/// 1 while talking, 0 in pauses, with soft edges.
std::vector<float> talkCurve(int index, bool continuous) {
  constexpr size_t length = static_cast<size_t>(voiceLoopSeconds) * packetsPerSecond;
  std::vector<float> curve(length, continuous ? 1.0F : 0.0F);
  if (continuous) return curve;
  std::mt19937 random(static_cast<uint32_t>(index) + 1);
  std::uniform_real_distribution<double> spurt(1, 3);
  std::uniform_real_distribution<double> pause(2, 9);
  for (double at = pause(random) / 2; at < voiceLoopSeconds - 1;) {
    const double end = std::min<double>(at + spurt(random), voiceLoopSeconds - 0.5);
    for (auto i = static_cast<size_t>(at * packetsPerSecond); i < static_cast<size_t>(end * packetsPerSecond);
         ++i)
      curve[i] = 1;
    at = end + pause(random);
  }
  return curve;
}

uint8_t levelOf(const AudioBlock& block) {
  double sum = 0;
  for (const float sample : block)
    sum += static_cast<double>(sample) * sample;
  return static_cast<uint8_t>(std::clamp(-10 * std::log10(sum / audioFrame + 1e-13), 0.0, 127.0));
}

}  // namespace

double pitchOf(int index) {
  return 310.0 * std::pow(1.0595, index % 24) + 1.7 * std::floor(index / 24.0);
}

std::shared_ptr<const Voice> makeVoice(int index, bool continuous) {
  auto voice = std::make_shared<Voice>();
  voice->pitch = pitchOf(index);
  // As browsers do where the answer says usedtx.
  MixEncoder encoder({.bitrate = microphoneBitrate, .complexity = 5, .fec = true, .dtx = true});
  const auto curve = talkCurve(index, continuous);
  double phase = 0;
  double time = 0;
  float gain = 0;
  for (const float target : curve) {
    AudioBlock block;
    for (float& sample : block) {
      gain += (target - gain) / 480;  // 10 ms
      phase += 2 * std::numbers::pi * voice->pitch / audioRate;
      time += 1.0 / audioRate;
      // Four and a half syllables a second, and the overtones of a throat.
      const double syllable = 0.6 + 0.4 * std::sin(2 * std::numbers::pi * 4.5 * time);
      const double tone = std::sin(phase) + 0.25 * std::sin(2 * phase) + 0.12 * std::sin(3 * phase);
      sample = static_cast<float>(0.16 * gain * syllable * tone);
    }
    const auto opus = encoder.encode(block);
    voice->packets.push_back({{opus.begin(), opus.end()}, levelOf(block)});
  }
  return voice;
}

}  // namespace tributary::load
