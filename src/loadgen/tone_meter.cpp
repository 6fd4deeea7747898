#include "loadgen/tone_meter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tributary::load {
namespace {

constexpr size_t rate = 48'000;
constexpr double nothing = -120;

}  // namespace

double toneLevel(std::span<const float> samples, double hertz) {
  // Goertzel over the windowed samples.
  const double step = 2 * std::numbers::pi * hertz / rate;
  const double turn = 2 * std::numbers::pi / static_cast<double>(samples.size());
  const double factor = 2 * std::cos(step);
  double before = 0;
  double last = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    const double window = 1 - std::cos(turn * static_cast<double>(i));
    const double value = samples[i] * window + factor * last - before;
    before = last;
    last = value;
  }
  const double power = last * last + before * before - factor * last * before;
  const double amplitude = 2 * std::sqrt(std::max(power, 0.0)) / static_cast<double>(samples.size());
  return 20 * std::log10(amplitude + 1e-6);
}

void ToneMeter::hear(std::span<const float> samples) {
  second_.insert(second_.end(), samples.begin(), samples.end());
  if (second_.size() < rate) return;
  evaluate();
  second_.clear();
}

void ToneMeter::evaluate() {
  const double loud = std::pow(10, -60.0 / 20);
  const bool audible = std::ranges::any_of(second_, [loud](float sample) { return std::abs(sample) > loud; });
  if (audible) ++audibleSeconds_;
  for (const double pitch : pitches_) {
    auto [entry, fresh] = loudest_.try_emplace(pitch, nothing);
    if (audible) entry->second = std::max(entry->second, toneLevel(second_, pitch));
  }
}

}  // namespace tributary::load
