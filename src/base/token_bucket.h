#pragma once

#include <algorithm>
#include <chrono>

namespace tributary {

/// Lets `burst` events through at once and `perSecond` in the long run. Pure: the caller brings the time.
class TokenBucket {
 public:
  using Clock = std::chrono::steady_clock;

  TokenBucket(double perSecond, double burst, Clock::time_point now)
      : perSecond_(perSecond), burst_(burst), tokens_(burst), last_(now) {}

  /// Whether one more event may pass at `now`, which never goes back; one that counts as `amount` of them.
  bool take(Clock::time_point now, double amount = 1) {
    const double elapsed = std::chrono::duration<double>(now - last_).count();
    last_ = now;
    tokens_ = std::min(burst_, tokens_ + elapsed * perSecond_);
    if (tokens_ < amount) return false;
    tokens_ -= amount;
    return true;
  }

 private:
  double perSecond_;
  double burst_;
  double tokens_;
  Clock::time_point last_;
};

}  // namespace tributary
