#include "loadgen/pacer.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>

#include "media/ticker.h"

namespace tributary::load {

Pacer::Pacer() : thread_([this] { run(); }) {}

Pacer::~Pacer() {
  stop_ = true;
  thread_.join();
}

void Pacer::add(std::shared_ptr<Sender> sender) {
  const std::lock_guard lock(mutex_);
  senders_.push_back(std::move(sender));
}

void Pacer::remove(const Sender* sender) {
  const std::lock_guard lock(mutex_);
  std::erase_if(senders_, [sender](const auto& held) { return held.get() == sender; });
}

void Pacer::run() {
  constexpr int64_t shortest = 1'000'000;  // ns; senders due within it go together
  constexpr int64_t longest = 10'000'000;
  pthread_setname_np(pthread_self(), "load-pacer");
  while (!stop_) {
    int64_t next = monotonicNow() + longest;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& sender : senders_)
        next = std::min(next, sender->tick(monotonicNow()));
    }
    const int64_t wait = std::max(next - monotonicNow(), shortest);
    std::this_thread::sleep_for(std::chrono::nanoseconds(wait));
  }
}

}  // namespace tributary::load
