#pragma once

#include <cstdint>
#include <deque>

namespace tributary {

/// Whether packets take longer and longer: the delay-based half of Google congestion control
/// (draft-ietf-rmcat-gcc-02, 5.1 to 5.4, with a trend line in place of the Kalman filter, as libwebrtc has
/// it). Packets sent within 5 ms are one group; what counts is how much further apart groups arrive than they
/// left. Not thread safe. Pure.
class DelayTrend {
 public:
  enum class Usage { normal, over, under };

  /// In the order they were sent. Nanoseconds of two clocks that need not agree.
  void packet(int64_t sent, int64_t arrived);

  Usage usage() const { return usage_; }
  /// What usage() is judged by: the line's slope, scaled (ms).
  double trend() const { return trend_; }
  double threshold() const { return threshold_; }

 private:
  struct Group {
    int64_t firstSent = 0;
    int64_t lastSent = 0;
    int64_t arrived = 0;  ///< of the last to arrive
    bool empty = true;
  };
  struct Point {
    double at;     ///< ms since the first
    double delay;  ///< ms, smoothed
  };

  void endGroup(const Group& next);
  double slope() const;
  void judge(double slope, double at);
  void adapt(double at);

  Group current_;
  Group before_;
  int64_t firstArrival_ = 0;
  unsigned groups_ = 0;
  double accumulated_ = 0;
  double smoothed_ = 0;
  std::deque<Point> line_;
  double trend_ = 0;
  double slopeBefore_ = 0;
  double threshold_ = 12.5;  // ms; the draft's del_var_th(0)
  double adaptedAt_ = -1;
  double overFor_ = 0;  ///< ms above the threshold in a row
  unsigned overs_ = 0;
  double judgedAt_ = 0;
  Usage usage_ = Usage::normal;
};

}  // namespace tributary
