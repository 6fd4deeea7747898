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

Ticker::Ticker(std::string name, int64_t numerator, int64_t denominator, Work work)
    : name_(std::move(name)),
      numerator_(numerator),
      denominator_(denominator),
      work_(std::move(work)),
      origin_(monotonicNow()),
      thread_([this] { run(); }) {}

Ticker::~Ticker() {
  stop_ = true;
  thread_.join();
}

int64_t Ticker::dueTime(int64_t tick) const {
  return origin_ + tick * numerator_ * 1'000'000'000LL / denominator_;
}

void Ticker::run() {
  pthread_setname_np(pthread_self(), name_.c_str());
  preferThisThread();
  int64_t tick = 1;
  while (!stop_) {
    const int64_t due = dueTime(tick);
    const timespec until{due / 1'000'000'000LL, due % 1'000'000'000LL};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
    if (stop_) return;
    work_(due);
    ++tick;
    while (dueTime(tick + 1) < monotonicNow()) {
      ++tick;
      ++missed_;
    }
  }
}

}  // namespace tributary
