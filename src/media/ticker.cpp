#include "media/ticker.h"

#include <pthread.h>
#include <time.h>

#include <utility>

#include "media/thread_priority.h"

namespace tributary {

int64_t monotonicNow() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

Ticker::Ticker(std::string name, int64_t numerator, int64_t denominator, Work work, int64_t origin)
    : name_(std::move(name)),
      numerator_(numerator),
      denominator_(denominator),
      work_(std::move(work)),
      origin_(origin != 0 ? origin : monotonicNow()),
      lastDue_(origin_),
      thread_([this] { run(); }) {}

Ticker::~Ticker() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  stopping_.notify_all();
  thread_.join();
}

int64_t Ticker::dueTime(int64_t tick) const {
  return origin_ + tick * numerator_ * 1'000'000'000LL / denominator_;
}

/// False: it is to stop.
bool Ticker::waitUntil(int64_t due) {
  const std::chrono::steady_clock::time_point until{std::chrono::nanoseconds(due)};
  std::unique_lock lock(mutex_);
  return !stopping_.wait_until(lock, until, [this] { return stop_; });
}

void Ticker::run() {
  pthread_setname_np(pthread_self(), name_.c_str());
  preferThisThread();
  int64_t tick = 1;
  for (int64_t due = dueTime(tick); waitUntil(due); due = dueTime(tick)) {
    work_(due);
    lastDue_ = due;
    ++tick;
    while (dueTime(tick + 1) < monotonicNow()) {
      ++tick;
      ++missed_;
    }
  }
}

}  // namespace tributary
