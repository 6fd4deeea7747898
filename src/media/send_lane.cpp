#include "media/send_lane.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "media/thread_priority.h"
#include "media/ticker.h"

namespace tributary {

SendLane::SendLane(std::string name) : name_(std::move(name)) {
  const std::lock_guard lock(mutex_);
  startThread();
}

SendLane::~SendLane() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    waiting_.clear();
    pthread_cond_broadcast(&changed_);
  }
  for (auto& thread : threads_)
    thread.join();  // also those that have ended
  pthread_cond_destroy(&changed_);
}

void SendLane::startThread() {
  ++woken_;  // it begins by looking for work
  const auto index = static_cast<size_t>(std::ranges::find(begun_, ended) - begun_.begin());
  const auto run = [this, index] { loop(index); };
  if (index < threads_.size()) {
    threads_[index].join();  // at once: it said so with the lock held, and does nothing after that
    threads_[index] = std::thread(run);
    begun_[index] = 0;
  } else {
    begun_.push_back(0);
    threads_.emplace_back(run);
  }
}

size_t SendLane::alive() const {
  return begun_.size() - static_cast<size_t>(std::ranges::count(begun_, ended));
}

/// One thread that is at it is enough, unless it is stuck or the oldest has waited too long.
void SendLane::wakeIfNeeded(int64_t now) {
  if (waiting_.empty() || woken_ > 0) return;
  const bool moving =
      std::ranges::any_of(begun_, [now](int64_t at) { return at > 0 && now - at < patience; });
  if (moving && now - waiting_.front().since < patience) return;
  if (std::ranges::any_of(begun_, [](int64_t at) { return at > 0; })) needed_ = now;
  if (idle_ > 0) {
    ++woken_;
    pthread_cond_signal(&changed_);
  } else if (alive() < mostThreads) {
    startThread();
  }
}

void SendLane::schedule(std::shared_ptr<Work> work) {
  const int64_t now = monotonicNow();
  const std::lock_guard lock(mutex_);
  if (stop_) return;
  waiting_.push_back({std::move(work), now});
  wakeIfNeeded(now);
}

void SendLane::loop(size_t index) {
  pthread_setname_np(pthread_self(), name_.c_str());
  preferThisThread();
  const std::lock_guard lock(mutex_);
  --woken_;
  while (!stop_) {
    if (waiting_.empty()) {
      if (index > 0 && monotonicNow() - needed_ > keep) {
        begun_[index] = ended;
        return;
      }
      ++idle_;
      pthread_cond_wait(&changed_, mutex_.native());
      --idle_;
      if (woken_ > 0) --woken_;
      continue;
    }
    std::shared_ptr<Work> work = std::move(waiting_.front().work);
    waiting_.pop_front();
    begun_[index] = monotonicNow();
    wakeIfNeeded(begun_[index]);
    mutex_.unlock();
    work->run();
    work.reset();
    mutex_.lock();
    begun_[index] = 0;
  }
}

size_t SendLane::threads() const {
  const std::lock_guard lock(mutex_);
  return alive();
}

}  // namespace tributary
