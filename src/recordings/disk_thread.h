#pragma once

#include <functional>
#include <memory>
#include <string>

namespace tributary {

/// A thread for what may block on a disk. Jobs run in order; each returns what to do next on the owner's
/// thread. Thread: owner.
///
/// Teardown: jobs that have not begun are dropped, and their ends never run; one that hangs in the disk is
/// left to itself after `patience`.
class DiskThread {
 public:
  using Then = std::function<void()>;
  using Job = std::function<Then()>;

  explicit DiskThread(const std::string& name);
  ~DiskThread();
  DiskThread(const DiskThread&) = delete;
  DiskThread& operator=(const DiskThread&) = delete;

  void run(Job job);
  /// Jobs that wait or run, and ends that have not run yet.
  size_t pending() const;

 private:
  struct Shared;
  static void loop(const std::shared_ptr<Shared>& shared);

  std::shared_ptr<Shared> shared_;
};

}  // namespace tributary
