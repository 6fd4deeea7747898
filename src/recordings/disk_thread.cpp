#include "recordings/disk_thread.h"

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/main_context.h"

namespace tributary {
namespace {

constexpr std::chrono::seconds patience{2};

}  // namespace

struct DiskThread::Shared {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> jobs;
  size_t pending = 0;
  bool closed = false;
  bool ended = false;
};

DiskThread::DiskThread(const std::string& name) : shared_(std::make_shared<Shared>()) {
  std::thread([shared = shared_, name] {
    pthread_setname_np(pthread_self(), name.c_str());
    loop(shared);
  }).detach();
}

DiskThread::~DiskThread() {
  std::unique_lock lock(shared_->mutex);
  shared_->closed = true;
  shared_->jobs.clear();
  shared_->changed.notify_all();
  shared_->changed.wait_for(lock, patience, [this] { return shared_->ended; });
}

void DiskThread::loop(const std::shared_ptr<Shared>& shared) {
  std::unique_lock lock(shared->mutex);
  for (;;) {
    shared->changed.wait(lock, [&shared] { return shared->closed || !shared->jobs.empty(); });
    if (shared->closed) break;
    Job job = std::move(shared->jobs.front());
    shared->jobs.pop_front();
    lock.unlock();
    Then then = job();
    job = nullptr;
    lock.lock();
    if (shared->closed) break;
    main_context::post([shared, then = std::move(then)] {
      {
        const std::lock_guard held(shared->mutex);
        --shared->pending;
        if (shared->closed) return;
      }
      if (then) then();
    });
  }
  shared->ended = true;
  shared->changed.notify_all();
}

void DiskThread::run(Job job) {
  const std::lock_guard lock(shared_->mutex);
  ++shared_->pending;
  shared_->jobs.push_back(std::move(job));
  shared_->changed.notify_all();
}

size_t DiskThread::pending() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->pending;
}

}  // namespace tributary
