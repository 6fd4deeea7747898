#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/main_context.h"
#include "ipc/channel.h"

namespace tributary {

class ChildProcess;

/// One running `tributary-room`: the process, its channel, its heartbeat. Thread: owner. Handlers are called
/// from the main loop and may destroy the RoomProcess; destruction kills a process that still runs.
class RoomProcess {
 public:
  struct Handlers {
    std::function<void(const std::string& event, const Json& fields)> onEvent;
    /// Once, when it exited, closed its channel or missed its heartbeat; not once stop() was called.
    std::function<void(const std::string& reason)> onEnded;
  };

  /// Starts `program` with the channel as file descriptor 3, nothing else inherited but the standard three,
  /// and nothing on its command line. It waits unconfigured. Error `internal` when it cannot be started.
  static Result<std::unique_ptr<RoomProcess>> start(const std::string& program);
  ~RoomProcess();
  RoomProcess(const RoomProcess&) = delete;
  RoomProcess& operator=(const RoomProcess&) = delete;

  void setHandlers(Handlers handlers) { handlers_ = std::move(handlers); }

  /// See Channel::request().
  void request(const std::string& method, Json params, std::chrono::milliseconds deadline, Channel::Done done,
               UniqueFd fd = {});

  /// Asks for `ping` every `interval` from now on; a ping unanswered for `timeout` ends the process.
  void startHeartbeat(std::chrono::milliseconds interval, std::chrono::milliseconds timeout);

  /// Asks it to stop; after `timeout` SIGTERM, one second later SIGKILL. `done` is called once, at its exit.
  void stop(std::chrono::milliseconds timeout, std::function<void()> done);

  bool running() const;
  pid_t pid() const;
  /// Cores its process used of late, by its last heartbeat.
  double load() const { return load_; }

 private:
  explicit RoomProcess(std::shared_ptr<ChildProcess> child);
  void openChannel(UniqueFd fd);
  void beat(std::chrono::milliseconds interval, std::chrono::milliseconds timeout);
  void end(const std::string& reason);
  void escalate();
  void exited(const std::string& how);

  std::shared_ptr<ChildProcess> child_;
  std::optional<Channel> channel_;
  Handlers handlers_;
  std::function<void()> onStopped_;
  bool stopping_ = false;
  bool ended_ = false;
  double load_ = 0;
  Timer heartbeat_;
  Timer deadline_;
  std::shared_ptr<RoomProcess*> self_;  ///< for callbacks that may come after destruction
};

}  // namespace tributary
