#include "outbound/worker.h"

#include <pthread.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "base/main_context.h"

namespace tributary {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

struct Worker::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::multimap<Clock::time_point, Job> jobs;
  std::atomic<bool> stopped = false;
};

Worker::Worker(const std::string& name) : shared_(std::make_shared<Shared>()) {
  std::thread([shared = shared_, name] {
    pthread_setname_np(pthread_self(), name.c_str());
    loop(shared);
  }).detach();
}

Worker::~Worker() {
  const std::lock_guard lock(shared_->mutex);
  shared_->stopped = true;
  shared_->jobs.clear();
  shared_->changed.notify_all();
}

void Worker::loop(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  while (!shared->stopped) {
    if (shared->jobs.empty()) {
      shared->changed.wait(lock);
      continue;
    }
    const auto first = shared->jobs.begin();
    if (first->first > Clock::now()) {
      shared->changed.wait_until(lock, first->first);
      continue;
    }
    const Job job = std::move(first->second);
    shared->jobs.erase(first);
    lock.unlock();
    Then then = job(shared->stopped);
    if (then && !shared->stopped) {
      main_context::post([shared, then = std::move(then)] {
        if (!shared->stopped) then();
      });
    }
    lock.lock();
  }
}

void Worker::run(Job job, std::chrono::milliseconds delay) {
  const std::lock_guard lock(shared_->mutex);
  shared_->jobs.emplace(Clock::now() + delay, std::move(job));
  shared_->changed.notify_all();
}

}  // namespace tributary
