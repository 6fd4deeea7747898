#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>

typedef struct _GMainContext GMainContext;

namespace tributary {

/// The thread that takes what all peers of a room send from their sockets, where webrtcbin has two threads a
/// peer and wakes both for each packet. Between two rounds it sleeps `pause`, so that a busy room's packets
/// come several to a round.
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

  static constexpr int64_t pause = 3'000'000;  ///< ns; what a packet waits at most, half of it on average

 private:
  void loop();

  GMainContext* context_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace tributary
