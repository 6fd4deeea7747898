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
  /// Milliseconds; 0 while nothing is known.
  double standing() const;
  void reset() { buckets_.clear(); }

 private:
  struct Bucket {
    int64_t from = 0;   ///< our clock
    int64_t least = 0;  ///< delay, of no meaning by itself
  };
  std::deque<Bucket> buckets_;
};

}  // namespace tributary
