#pragma once

#include <map>
#include <span>
#include <vector>

namespace tributary::load {

/// How loud each of a set of pitches was in what somebody heard. Not thread safe. Pure.
class ToneMeter {
 public:
  ToneMeter() = default;
  explicit ToneMeter(std::vector<double> pitches) : pitches_(std::move(pitches)) {}

  /// 48 kHz mono.
  void hear(std::span<const float> samples);

  /// The loudest second of each pitch (Hz), dB of full scale.
  const std::map<double, double>& loudest() const { return loudest_; }
  /// Seconds that held anything above −60 dBFS.
  int audibleSeconds() const { return audibleSeconds_; }

 private:
  void evaluate();

  std::vector<double> pitches_;
  std::vector<float> second_;
  std::map<double, double> loudest_;
  int audibleSeconds_ = 0;
};

/// Level of a tone in the samples (Hann window, 48 kHz), dB of full scale. Pure.
double toneLevel(std::span<const float> samples, double hertz);

}  // namespace tributary::load
