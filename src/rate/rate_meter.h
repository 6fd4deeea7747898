#pragma once

#include <cstdint>
#include <deque>

namespace tributary {

/// Bits a second of a counter of bytes, over the last `window` nanoseconds. Not thread safe. Pure.
class RateMeter {
 public:
  explicit RateMeter(int64_t window) : window_(window) {}

  /// The counter's value at `now`; call it several times in a window.
  void update(uint64_t bytes, int64_t now) {
    points_.push_back({bytes, now});
    while (points_.size() > 2 && now - points_[1].at >= window_)
      points_.pop_front();
  }
  double bitrate() const {
    if (points_.size() < 2 || points_.back().at <= points_.front().at) return 0;
    const auto bytes = static_cast<double>(points_.back().bytes - points_.front().bytes);
    return bytes * 8e9 / static_cast<double>(points_.back().at - points_.front().at);
  }

 private:
  struct Point {
    uint64_t bytes;
    int64_t at;
  };
  int64_t window_;
  std::deque<Point> points_;
};

}  // namespace tributary
