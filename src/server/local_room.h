#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/main_context.h"
#include "config/server_config.h"
#include "metrics/sample.h"
#include "recordings/recordings.h"
#include "server/room_admin.h"
#include "server/room_directory.h"
#include "server/seats.h"
#include "supervisor/room_supervisor.h"

namespace tributary {

/// One room on this machine: its seats, and the process that mixes it. Thread: owner.
class LocalRoom : public RoomPort {
 public:
  struct Handlers {
    /// Nobody has been here for emptyTimeout, or the room never came to be. Called from the main loop.
    std::function<void()> onEmpty;
    std::function<void()> onRestart;  ///< the process died and is replaced
  };

  /// `config`, `profiles`, `spares` and `recordings` outlive it.
  LocalRoom(std::string name, const ServerConfig& config, RoomOptions options, const ProfileStore& profiles,
            SpareProcesses& spares, Recordings& recordings, Handlers handlers);
  ~LocalRoom() override;
  LocalRoom(const LocalRoom&) = delete;
  LocalRoom& operator=(const LocalRoom&) = delete;

  // As in RoomDirectory.
  void join(const std::string& sessionId, const message::Join& join, std::weak_ptr<RoomClient> client,
            RoomDirectory::JoinDone done);
  void relay(const std::string& sessionId, const ClientMessage& message, RoomDirectory::RelayDone done);
  void leave(const std::string& sessionId, Departure departure);

  // As in RoomAdmin.
  void create(RoomAdmin::Done done);
  RoomInfo info() const;
  void update(const RoomOptions& options);
  void ask(const std::string& method, const Json& params, std::chrono::milliseconds deadline,
           RoomAdmin::Answer answer);
  void fetch(const std::string& method, const Json& params, std::chrono::milliseconds deadline,
             RoomAdmin::Bytes done);
  void operate(const ClientMessage& message, RoomAdmin::Answer answer);

  bool has(const std::string& sessionId) { return seats_.bySession(sessionId) != nullptr; }
  size_t participantCount() const { return seats_.size(); }
  const std::string& name() const { return name_; }

  /// Gives the running room its profile as it is now; see RoomSupervisor.
  void reconfigure(std::function<void(const Result<void>&)> done) {
    supervisor_.reconfigure(std::move(done));
  }
  const std::string& profile() const { return options_.profile; }

  /// The process's metrics; empty when it does not answer in time.
  void collect(std::chrono::milliseconds deadline, std::function<void(std::vector<Sample>)> done);
  // As in RoomPort.
  void whenRoomReady(std::function<void(const Result<void>&)> done) override;
  void askRoom(const std::string& method, const Json& params, UniqueFd fd,
               std::function<void(const Result<Json>&)> done) override;
  void tellRoom(const Json& message) override;
  Result<RecordingOptions> recordingWish(const Json& request) override;

  /// Changes with every process of every room.
  uint64_t processKey() const;
  /// Cores its process used between its last two signs of life.
  double load() const { return supervisor_.load(); }

  /// Tells everybody `notice`, if there is one, and stops the process.
  void close(const LeaveNotice* notice, std::function<void()> done);

 private:
  struct Joining;

  /// What a process that comes after this one must know.
  void learn(const std::string& sessionId, const ClientMessage& message);
  Result<Seat*> seatFor(const message::Join& join);
  void replace(Seat& seat);
  void seatIn(const std::shared_ptr<Joining>& joining);
  bool relayRecording(const Seat& seat, const ClientMessage& message, const RoomDirectory::RelayDone& done);
  void recordByItself();
  void seatRecording();
  void roomAnswered(const std::shared_ptr<Joining>& joining, uint64_t generation, const Result<Json>& result);
  void joinFailed(const std::shared_ptr<Joining>& joining, const Error& error);
  void tellLeft(const std::string& sessionId, Departure departure);
  void onEvent(const std::string& event, const Json& fields);
  void onSend(const Json& fields);
  void onDrop(const Json& fields);
  void onDied(std::chrono::milliseconds retryAfter);
  void closeWhenEmpty(std::chrono::milliseconds delay);

  const std::string name_;
  const ServerConfig& config_;
  const ProfileStore& profiles_;
  RoomOptions options_;
  const std::string createdAt_;
  Recordings& recordings_;
  Handlers handlers_;
  bool recordedByItself_ = false;
  Seats seats_;
  RoomSupervisor supervisor_;
  Timer empty_;
  const uint64_t key_;
  std::shared_ptr<LocalRoom*> self_;  ///< for callbacks that may come after destruction
};

}  // namespace tributary
