#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace tributary {

/// CLOCK_MONOTONIC in nanoseconds: the time GStreamer's system clock shows. Thread: any.
int64_t monotonicNow();

/// A thread of its own that calls `work` on a fixed grid of times. Ticks that were missed by more than
/// one interval (the machine slept) are skipped, never made up for in a burst.
class Ticker {
 public:
  /// `due` is the tick's nominal time on monotonicNow()'s scale. Thread: the ticker's.
  using Work = std::function<void(int64_t due)>;

  /// Tick n is due at origin + n × numerator/denominator seconds; `origin` is now, or the last tick of one
  /// that this one goes on for (ns on monotonicNow()'s scale). `name`: at most 15 characters.
  Ticker(std::string name, int64_t numerator, int64_t denominator, Work work, int64_t origin = 0);
  /// Waits for a running tick to end, not for the next.
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  uint64_t missed() const { return missed_; }
  /// When the last tick was due, or the origin.
  int64_t lastDue() const { return lastDue_; }

 private:
  void run();
  int64_t dueTime(int64_t tick) const;
  bool waitUntil(int64_t due);

  std::string name_;
  int64_t numerator_;
  int64_t denominator_;
  Work work_;
  int64_t origin_;
  std::atomic<int64_t> lastDue_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stop_ = false;
  std::atomic<uint64_t> missed_ = 0;
  std::thread thread_;
};

}  // namespace tributary
