#pragma once

#include <gio/gio.h>

#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"
#include "glib/object_ptr.h"

namespace tributary {

/// A child process that is reaped and whose exit is told. Thread: owner.
class ChildProcess : public std::enable_shared_from_this<ChildProcess> {
 public:
  /// `channel` becomes the child's file descriptor 3; stderr and stdout are inherited, stdin is empty.
  static Result<std::shared_ptr<ChildProcess>> start(const std::string& program, UniqueFd channel);

  /// Called once, from the main loop, with the words for a log line; nullptr takes it back.
  void onExit(std::function<void(const std::string& how)> handler) { onExit_ = std::move(handler); }

  void signal(int number);
  bool running() const { return !exited_; }
  pid_t pid() const { return pid_; }

 private:
  ChildProcess() = default;
  void waitForExit();
  std::string describeExit() const;

  ObjectPtr<GSubprocess> process_;
  std::function<void(const std::string& how)> onExit_;
  pid_t pid_ = 0;
  bool exited_ = false;
};

}  // namespace tributary
