#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "base/main_context.h"
#include "config/profile_store.h"
#include "config/server_config.h"
#include "supervisor/room_options.h"
#include "supervisor/room_process.h"
#include "supervisor/spare_processes.h"

namespace tributary {

/// Keeps one room's process running: starts it on demand, configures it, replaces it with growing pauses when
/// it dies. Thread: owner. Handlers are called from the main loop and must not destroy the RoomSupervisor.
class RoomSupervisor {
 public:
  using Duration = std::chrono::milliseconds;
  using Ready = std::function<void(const Result<void>&)>;

  struct Handlers {
    std::function<void(const std::string& event, const Json& fields)> onEvent;
    /// A process that had been ready has died; another is ready not before `retryAfter`.
    std::function<void(Duration retryAfter)> onDied;
  };

  /// `config`, `options`, `profiles` and `spares` outlive it. The options in force at a start are the room's.
  RoomSupervisor(std::string room, const ServerConfig& config, const RoomOptions& options,
                 const ProfileStore& profiles, SpareProcesses& spares, Handlers handlers);
  ~RoomSupervisor();
  RoomSupervisor(const RoomSupervisor&) = delete;
  RoomSupervisor& operator=(const RoomSupervisor&) = delete;

  /// Calls `ready` once: when the room is ready (perhaps before this returns), when it refuses its
  /// configuration, after three failed starts in a row (`internal`), or at the deadline (`timeout`).
  void whenReady(Duration deadline, Ready ready);
  bool isReady() const { return state_ == State::ready; }

  /// See Channel::request(); `internal` at once while the room is not ready.
  void request(const std::string& method, Json params, Duration deadline, Channel::Done done,
               UniqueFd fd = {});

  /// Gives the running room its profile as it is now. `done` gets the room's mistakes, if it has any.
  void reconfigure(std::function<void(const Result<void>&)> done);

  /// Stops the process for good; `done` is called once it is gone, from the main loop.
  void stop(std::function<void()> done);

  /// Counts the processes this room has had: what one knew, the next does not.
  uint64_t generation() const { return generation_; }
  /// 0 while there is none.
  pid_t pid() const { return process_ ? process_->pid() : 0; }
  /// Cores that its process used between its last two signs of life.
  double load() const { return process_ ? process_->load() : 0; }

 private:
  enum class State { idle, waiting, configuring, ready, stopping };
  struct Waiter {
    Ready ready;
    Timer deadline;
  };

  void startLater();
  void start();
  void configure();
  void configured(uint64_t generation, const Result<Json>& result);
  void died(const std::string& reason);
  Duration nextPause();
  void tellWaiters(const Result<void>& result);
  Result<Json> configuration() const;

  const std::string room_;
  const ServerConfig& config_;
  const RoomOptions& options_;
  const ProfileStore& profiles_;
  SpareProcesses& spares_;
  Handlers handlers_;
  State state_ = State::idle;
  std::unique_ptr<RoomProcess> process_;
  std::list<Waiter> waiters_;
  uint64_t generation_ = 0;
  int failures_ = 0;  ///< in a row
  std::chrono::steady_clock::time_point readySince_;
  Timer restart_;
  std::shared_ptr<RoomSupervisor*> self_;  ///< for callbacks that may come after destruction
};

}  // namespace tributary
