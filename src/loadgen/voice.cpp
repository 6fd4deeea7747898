#include "loadgen/voice.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
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

/// Hz. An ear of one second tells tones 4 Hz apart, and syllables spread each over 4.5 Hz to both sides: so
/// far and twice as much keep voices from each other's pitches, and from each other's overtones.
std::vector<int> distinctPitches() {
  constexpr int lowest = 310;
  constexpr int apart = 18;
  constexpr int fromOvertones = 9;
  std::vector<int> out;
  for (int pitch = lowest; out.size() < distinctVoices; ++pitch) {
    const bool clash = std::ranges::any_of(out, [pitch](int other) {
      return std::abs(pitch - other) < apart || std::abs(pitch - 2 * other) < fromOvertones ||
             std::abs(pitch - 3 * other) < fromOvertones;
    });
    if (!clash) out.push_back(pitch);
  }
  return out;
}

uint8_t levelOf(const AudioBlock& block) {
  double sum = 0;
  for (const float sample : block)
    sum += static_cast<double>(sample) * sample;
  return static_cast<uint8_t>(std::clamp(-10 * std::log10(sum / audioFrame + 1e-13), 0.0, 127.0));
}

}  // namespace

double pitchOf(int index) {
  static const std::vector<int> pitches = distinctPitches();
  return pitches[static_cast<size_t>(index) % pitches.size()];
}

double voiceAt(double pitch, double seconds) {
  const double phase = 2 * std::numbers::pi * pitch * seconds;
  // Four and a half syllables a second, and the overtones of a throat.
  const double syllable = 0.6 + 0.4 * std::sin(2 * std::numbers::pi * 4.5 * seconds);
  const double tone = std::sin(phase) + 0.25 * std::sin(2 * phase) + 0.12 * std::sin(3 * phase);
  return 0.16 * syllable * tone;
}

std::shared_ptr<const Voice> makeVoice(int index, bool continuous) {
  auto voice = std::make_shared<Voice>();
  voice->pitch = pitchOf(index);
  // As browsers do where the answer says usedtx.
  MixEncoder encoder({.bitrate = microphoneBitrate, .complexity = 5, .fec = true, .dtx = true});
  const auto curve = talkCurve(index, continuous);
  int64_t sample = 0;
  float gain = 0;
  for (const float target : curve) {
    AudioBlock block;
    for (float& value : block) {
      gain += (target - gain) / 480;  // 10 ms
      value = static_cast<float>(gain * voiceAt(voice->pitch, static_cast<double>(++sample) / audioRate));
    }
    const auto opus = encoder.encode(block);
    voice->packets.push_back({{opus.begin(), opus.end()}, levelOf(block)});
  }
  return voice;
}

}  // namespace tributary::load
