#include "media/reaper.h"

#include <gst/gst.h>
#include <pthread.h>

#include "base/log.h"
#include "media/ticker.h"

namespace tributary {

// Shared with the thread, which outlives the Reaper when it hangs.
struct Reaper::State {
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<Work> waiting;
  int64_t busySince = 0;
  bool stop = false;
  bool done = false;

  void run() {
    pthread_setname_np(pthread_self(), "reaper");
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return stop || !waiting.empty(); });
      if (waiting.empty()) break;
      Work work = std::move(waiting.front());
      waiting.pop_front();
      busySince = monotonicNow();
      lock.unlock();
      if (work.beforeStop) work.beforeStop();
      gst_element_set_state(work.pipeline.get(), GST_STATE_NULL);
      if (work.onceStopped) work.onceStopped();
      work.pipeline.reset();
      work = {};
      lock.lock();
      busySince = 0;
    }
    done = true;
    changed.notify_all();
  }
};

Reaper::Reaper() : state_(std::make_shared<State>()), thread_([state = state_] { state->run(); }) {}

Reaper::~Reaper() {
  std::unique_lock lock(state_->mutex);
  state_->stop = true;
  state_->changed.notify_all();
  const bool done = state_->changed.wait_for(lock, patience, [this] { return state_->done; });
  lock.unlock();
  if (done) {
    thread_.join();
  } else {
    log::error("media.teardownStuck", {{"left", state_->waiting.size()}});
    thread_.detach();
  }
}

void Reaper::take(Work work) {
  const std::lock_guard lock(state_->mutex);
  state_->waiting.push_back(std::move(work));
  state_->changed.notify_all();
}

std::chrono::milliseconds Reaper::stuckFor() const {
  const std::lock_guard lock(state_->mutex);
  if (state_->busySince == 0) return {};
  return std::chrono::milliseconds((monotonicNow() - state_->busySince) / 1'000'000);
}

}  // namespace tributary
