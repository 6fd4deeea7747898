#pragma once

#include <map>
#include <memory>
#include <string>

#include "config/profile_store.h"
#include "config/server_config.h"
#include "metrics/room_metrics.h"
#include "metrics/server_metrics.h"
#include "server/local_room.h"
#include "server/room_admin.h"
#include "server/room_directory.h"
#include "supervisor/spare_processes.h"

namespace tributary {

/// Every room on this machine, each in its own process. Thread: owner.
class LocalRoomDirectory : public RoomDirectory, public RoomAdmin {
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
  double cpuLoad() const override;
  void collect(std::chrono::milliseconds deadline,
               std::function<void(const std::vector<Sample>&)> done) override;
  void close(const LeaveNotice& notice, std::function<void()> done) override;

  void create(const std::string& room, const RoomOptions& options, Done done) override;
  std::vector<RoomInfo> list() const override;
  std::optional<RoomInfo> find(const std::string& room) const override;
  Result<void> update(const std::string& room, const RoomOptions& options) override;
  void remove(const std::string& room, Done done) override;
  void request(const std::string& room, const std::string& method, const Json& params,
               std::chrono::milliseconds deadline, Answer answer) override;
  void fetch(const std::string& room, const std::string& method, const Json& params,
             std::chrono::milliseconds deadline, Bytes done) override;
  void operate(const std::string& room, const ClientMessage& message, Answer answer) override;
  void setDraining(bool draining) override;
  bool draining() const override { return draining_; }

 private:
  void profileChanged(const std::string& profile);
  /// Whether one more may be opened.
  Result<void> mayOpen() const;
  LocalRoom& open(const std::string& name, RoomOptions options);
  LocalRoom* roomNamed(const std::string& name) const;
  LocalRoom* roomOf(const std::string& sessionId);
  void retire(const std::string& name);
  void stop(std::unique_ptr<LocalRoom> room, const LeaveNotice* notice, std::function<void()> gone = nullptr);
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
  bool draining_ = false;
  std::shared_ptr<LocalRoomDirectory*> self_;  ///< for callbacks that may come after destruction
};

}  // namespace tributary
