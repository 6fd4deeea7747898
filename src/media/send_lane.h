#pragma once

#include <pthread.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/priority_mutex.h"

namespace tributary {

/// Threads that carry packets into the peers' webrtcbins: one for all peers, where an appsrc would need one
/// for each. A packet costs mostly the waking of a thread, so one thread that goes round is cheaper, and it
/// gives the same work to fewer caches.
///
/// A push may take long: the lock of an RTP session that somebody holds, a transport that is not ready. It
/// holds up its own stream only: whatever has waited for longer than `patience` when something else comes or
/// is taken gets another thread, up to `mostThreads`. The same serves a machine with more cores when one
/// thread does not keep up. The others end once a single one has been enough for `keep`.
///
/// Teardown: after everything that it pushes into has stopped; it waits for the pushes in hand.
class SendLane {
 public:
  /// Something with packets to push. In a lane once at a time, so that its packets stay in order.
  struct Work {
    virtual ~Work() = default;
    /// Thread: one of the lane's, which runs at the mixers' priority.
    virtual void run() = 0;
  };

  /// `name` of its threads, at most 15 characters.
  explicit SendLane(std::string name);
  ~SendLane();

  /// Never blocks. Thread: any.
  void schedule(std::shared_ptr<Work> work);
  size_t threads() const;  ///< now; at least one

  static constexpr int64_t patience = 5'000'000;  ///< ns; a quarter of a sound packet
  static constexpr size_t mostThreads = 8;
  static constexpr int64_t keep = 3'000'000'000;  ///< ns; a busy moment seldom comes alone

 private:
  struct Waiting {
    std::shared_ptr<Work> work;
    int64_t since;
  };

  static constexpr int64_t ended = -1;

  void loop(size_t index);
  void startThread();
  size_t alive() const;
  void wakeIfNeeded(int64_t now);

  const std::string name_;
  mutable PriorityMutex mutex_;
  pthread_cond_t changed_ = PTHREAD_COND_INITIALIZER;
  std::deque<Waiting> waiting_;
  size_t idle_ = 0;
  size_t woken_ = 0;            ///< told that there is work, and not come to it yet
  std::vector<int64_t> begun_;  ///< when each thread took what it is at; 0: it is at nothing; or `ended`
  int64_t needed_ = 0;          ///< when one thread was last too few
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace tributary
