#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>
#include <utility>

#include "media/opus_codec.h"

namespace tributary::test {

/// What a pure tone leaves of itself after it was predicted from its last two samples: noise, and clicks.
class ClickMeter {
 public:
  explicit ClickMeter(double hertz) : twiceCos_(2 * std::cos(2 * std::numbers::pi * hertz / audioRate)) {}

  void hear(std::span<const float> samples) {
    for (const float sample : samples) {
      const double now = sample;
      largest_ = std::max(largest_, std::abs(now - twiceCos_ * last_ + before_));
      before_ = last_;
      last_ = now;
    }
  }
  /// Since the last call.
  double takeLargest() { return std::exchange(largest_, 0); }

 private:
  double twiceCos_;
  double last_ = 0;
  double before_ = 0;
  double largest_ = 0;
};

}  // namespace tributary::test
