#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "loadgen/sender.h"

namespace tributary::load {

/// One thread that makes all senders send in time.
class Pacer {
 public:
  Pacer();
  /// Waits for what is being sent.
  ~Pacer();

  /// Thread: any.
  void add(std::shared_ptr<Sender> sender);
  void remove(const Sender* sender);

 private:
  void run();

  std::mutex mutex_;
  std::vector<std::shared_ptr<Sender>> senders_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace tributary::load
