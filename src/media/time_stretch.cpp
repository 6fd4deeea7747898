#include "media/time_stretch.h"

#include <algorithm>
#include <cmath>

namespace tributary::stretch {
namespace {

/// From `from` to `to` over the length of a joint.
void crossFade(float* out, const float* from, const float* to) {
  for (size_t i = 0; i < fade; ++i) {
    const float in = (static_cast<float>(i) + 0.5F) / fade;
    out[i] = from[i] * (1 - in) + to[i] * in;
  }
}

/// −1 … 1; 0 for silence.
double likeness(const float* a, const float* b) {
  float product = 0;
  float powerA = 0;
  float powerB = 0;
  for (size_t i = 0; i < fade; ++i) {
    product += a[i] * b[i];
    powerA += a[i] * a[i];
    powerB += b[i] * b[i];
  }
  const double power = std::sqrt(static_cast<double>(powerA) * static_cast<double>(powerB));
  return power > 0 ? static_cast<double>(product) / power : 0;
}

}  // namespace

size_t bestLag(std::span<const float> sound, size_t low, size_t high) {
  size_t best = high;
  double bestLikeness = -2;
  for (size_t lag = low; lag <= high; ++lag) {
    const double now = likeness(sound.data(), sound.data() + lag);
    if (now <= bestLikeness) continue;
    best = lag;
    bestLikeness = now;
  }
  return best;
}

size_t shorten(std::vector<float>& sound, size_t low, size_t high) {
  if (sound.size() < high + fade) return 0;
  const size_t lag = bestLag(sound, low, high);
  crossFade(sound.data() + lag, sound.data(), sound.data() + lag);
  sound.erase(sound.begin(), sound.begin() + static_cast<ptrdiff_t>(lag));
  return lag;
}

size_t lengthen(std::vector<float>& sound, size_t low, size_t high) {
  if (sound.size() < high + fade) return 0;
  const size_t lag = bestLag(sound, low, high);
  std::vector<float> joint(fade);
  crossFade(joint.data(), sound.data() + lag, sound.data());
  const std::vector<float> period(sound.begin(), sound.begin() + static_cast<ptrdiff_t>(lag));
  std::copy(joint.begin(), joint.end(), sound.begin());
  sound.insert(sound.begin(), period.begin(), period.end());
  return lag;
}

}  // namespace tributary::stretch
