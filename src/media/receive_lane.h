#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

typedef struct _GMainContext GMainContext;

namespace tributary {

/// The thread that takes what all peers of a room send from their sockets, where webrtcbin has two threads a
/// peer and wakes both for each packet. Between two rounds it sleeps pauseFor(), so that a busy room's
/// packets come several to a round.
///
/// Teardown: after everything that reads in its context has stopped.
class ReceiveLane {
 public:
  ReceiveLane();
  ~ReceiveLane();

  /// For the sockets. Its sources are dispatched on the lane's thread.
  GMainContext* context() const { return context_; }
  /// Runs `work` on the lane's thread, after `delay`, unless the lane has ended. Thread: any.
  void post(std::function<void()> work, std::chrono::milliseconds delay = {}) const;
  /// Waits until what the lane is at is done. Thread: any but the lane's; not the owner's.
  void settle() const;

  /// So many peers more, or fewer, are read here. Thread: any.
  void count(int more) { peers_ += more; }

  /// What a packet waits at most, half of it on average. Each round looks at every socket, so that its cost
  /// grows with the peers; the canvas, which pictures wait for, is drawn each 40 ms.
  static constexpr std::chrono::microseconds pauseFor(int peers) {
    constexpr std::chrono::microseconds least{3000};
    constexpr std::chrono::microseconds most{8000};
    return std::clamp(std::chrono::microseconds{300} * peers, least, most);
  }

 private:
  void loop();

  std::atomic<int> peers_ = 0;
  GMainContext* context_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace tributary
