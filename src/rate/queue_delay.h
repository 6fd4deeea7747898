#pragma once

#include <cstdint>
#include <deque>

namespace tributary {

/// How long packets wait on their way: the least delay of late over the least of the last 20 s. Least, so
/// that jitter and bursts do not count, only a queue that does not empty. Not thread safe. Pure.
class QueueDelay {
 public:
  /// Nanoseconds of two clocks that need not agree.
  void packet(int64_t sent, int64_t arrived);
  /// Milliseconds, of some 100 ms; 0 while nothing is known.
  double standing() const;
  /// The same of the last packets alone, at least `fewest`: sooner, and jitter has more of a part in it.
  double latest() const;
  void reset() { *this = QueueDelay(); }

  static constexpr int fewest = 5;

 private:
  struct Bucket {
    int64_t from = 0;   ///< our clock
    int64_t least = 0;  ///< delay, of no meaning by itself
    int packets = 0;
  };
  std::deque<Bucket> buckets_;
  int64_t base_ = 0;  ///< least of all buckets
};

}  // namespace tributary
