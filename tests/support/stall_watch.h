#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace tributary::test {

/// How long the machine kept a thread waiting that had something to do: what to think of times that were
/// measured meanwhile. Watches until it is destroyed.
class StallWatch {
 public:
  StallWatch() : thread_([this] { watch(); }) {}
  ~StallWatch() {
    ends_ = true;
    thread_.join();
  }
  StallWatch(const StallWatch&) = delete;
  StallWatch& operator=(const StallWatch&) = delete;

  /// Milliseconds, the longest so far.
  double longest() const { return longest_; }

 private:
  void watch() {
    using std::chrono::steady_clock;
    constexpr auto nap = std::chrono::milliseconds(5);
    while (!ends_) {
      const auto due = steady_clock::now() + nap;
      std::this_thread::sleep_until(due);
      const std::chrono::duration<double, std::milli> late = steady_clock::now() - due;
      longest_ = std::max(longest_.load(), late.count());
    }
  }

  std::atomic<bool> ends_ = false;
  std::atomic<double> longest_ = 0;
  std::thread thread_;
};

}  // namespace tributary::test
