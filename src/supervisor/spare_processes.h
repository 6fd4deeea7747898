#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/main_context.h"
#include "supervisor/room_process.h"

namespace tributary {

/// Room processes that are started and wait for a room, so that a first join need not wait for GStreamer to
/// load. Thread: owner.
class SpareProcesses {
 public:
  /// Keeps `count` ready from the next turn of the main loop on.
  SpareProcesses(std::string program, int count);

  /// A spare one, or one started now. Error as RoomProcess::start().
  Result<std::unique_ptr<RoomProcess>> take();

  size_t size() const { return spares_.size(); }

 private:
  void refillSoon();
  void refill();
  void forget(const RoomProcess* process);

  const std::string program_;
  const size_t count_;
  std::vector<std::unique_ptr<RoomProcess>> spares_;
  std::chrono::milliseconds delay_;  ///< grows while spares die by themselves
  Timer refill_;
};

}  // namespace tributary
