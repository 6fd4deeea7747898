#pragma once

#include <map>
#include <memory>
#include <string>

#include "config/profile_store.h"
#include "config/server_config.h"
#include "metrics/room_metrics.h"
#include "metrics/server_metrics.h"
#include "server/local_room.h"
#include "server/room_directory.h"
#include "supervisor/spare_processes.h"

namespace tributary {

/// Every room on this machine, each in its own process. Thread: owner.
class LocalRoomDirectory : public RoomDirectory {
 public:
  /// All of these outlive it.
  LocalRoomDirectory(const ServerConfig& config, ServerMetrics& metrics, Recordings& recordings,
                     ProfileStore& profiles);
  ~LocalRoomDirectory() override;

  void join(const std::string& sessionId, const message::Join& join, std::weak_ptr<RoomClient> client,
            JoinDone done) override;
  void relay(const std::string& sessionId, const ClientMessage& message, RelayDone done) override;
  void leave(const std::string& sessionId, Departure departure) override;
  size_t roomCount() const override { return rooms_.size(); }
  size_t participantCount() const override;
  void collect(std::chrono::milliseconds deadline,
               std::function<void(const std::vector<Sample>&)> done) override;
  void close(const LeaveNotice& notice, std::function<void()> done) override;

 private:
  void profileChanged(const std::string& profile);
  LocalRoom& open(const std::string& name);
  LocalRoom* roomOf(const std::string& sessionId);
  void retire(const std::string& name);
  void stop(std::unique_ptr<LocalRoom> room, const LeaveNotice* notice);
  void stopped(const LocalRoom* room);

  const ServerConfig& config_;
  ServerMetrics& metrics_;
  Recordings& recordings_;
  ProfileStore& profiles_;
  RoomMetrics roomMetrics_;
  SpareProcesses spares_;
  std::map<std::string, std::unique_ptr<LocalRoom>> rooms_;
  std::map<const LocalRoom*, std::unique_ptr<LocalRoom>> stopping_;
  std::function<void()> onAllStopped_;
  bool closed_ = false;
  std::shared_ptr<LocalRoomDirectory*> self_;  ///< for callbacks that may come after destruction
};

}  // namespace tributary
