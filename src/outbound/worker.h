#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace tributary {

/// A thread for work that waits for the network, with pauses between attempts. Thread: owner.
///
/// Teardown: a pause ends at once; what is on the wire ends by its own deadline, on its own.
class Worker {
 public:
  /// `stopped` tells a long job to leave off.
  using Then = std::function<void()>;
  using Job = std::function<Then(const std::atomic<bool>& stopped)>;

  explicit Worker(const std::string& name);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Runs `job` not before `delay` has passed, then what it returns on the owner's thread. Jobs whose time
  /// has come run one after the other.
  void run(Job job, std::chrono::milliseconds delay = {});

 private:
  struct Shared;
  static void loop(const std::shared_ptr<Shared>& shared);

  std::shared_ptr<Shared> shared_;
};

}  // namespace tributary
