#include "server/local_room_directory.h"

#include "base/log.h"

namespace tributary {
namespace {

/// A room that is stopped gives its last counts by then or not at all.
constexpr std::chrono::milliseconds lastStatsDeadline{300};

/// Collects answers that come in any order.
struct Gathering {
  size_t missing = 0;
  std::function<void()> done;
};

}  // namespace

LocalRoomDirectory::LocalRoomDirectory(const ServerConfig& config, ServerMetrics& metrics,
                                       Recordings& recordings, ProfileStore& profiles)
    : config_(config),
      metrics_(metrics),
      recordings_(recordings),
      profiles_(profiles),
      spares_(config.rooms.program, config.rooms.spareProcesses),
      self_(std::make_shared<LocalRoomDirectory*>(this)) {
  profiles_.onChanged = [this](const std::string& profile) { profileChanged(profile); };
}

LocalRoomDirectory::~LocalRoomDirectory() {
  profiles_.onChanged = nullptr;
  self_.reset();
}

void LocalRoomDirectory::profileChanged(const std::string& profile) {
  for (const auto& [name, room] : rooms_) {
    if (room->profile() != profile) continue;
    room->reconfigure([weak = std::weak_ptr(self_), profile, room = name](const Result<void>& result) {
      if (result) return log::info("room.reconfigured", {{"room", room}, {"profile", profile}});
      log::error("room.reconfigureFailed",
                 {{"room", room}, {"profile", profile}, {"error", result.error().message}});
      if (const auto self = weak.lock()) (*self)->profiles_.report(profile, result.error().message);
    });
  }
}

LocalRoom& LocalRoomDirectory::open(const std::string& name) {
  LocalRoom::Handlers handlers;
  // The room must not go while it calls.
  handlers.onEmpty = [this, name] {
    main_context::post([weak = std::weak_ptr(self_), name] {
      if (const auto self = weak.lock()) (*self)->retire(name);
    });
  };
  handlers.onRestart = [this, name] {
    metrics_.roomRestarts.Increment();
    const auto at = rooms_.find(name);
    if (at != rooms_.end()) roomMetrics_.end(at->second->processKey());
  };
  auto room =
      std::make_unique<LocalRoom>(name, config_, profiles_, spares_, recordings_, std::move(handlers));
  log::info("room.opened", {{"room", name}});
  return *rooms_.emplace(name, std::move(room)).first->second;
}

void LocalRoomDirectory::join(const std::string& sessionId, const message::Join& join,
                              std::weak_ptr<RoomClient> client, JoinDone done) {
  if (closed_) return done(fail(ErrorCode::serverBusy, "the server is shutting down; try again in a moment"));
  const auto at = rooms_.find(join.room);
  if (at == rooms_.end() && rooms_.size() >= static_cast<size_t>(config_.limits.rooms)) {
    return done(fail(ErrorCode::serverBusy, "the server has as many rooms as it takes; try again later"));
  }
  LocalRoom& room = at != rooms_.end() ? *at->second : open(join.room);
  room.join(sessionId, join, std::move(client), std::move(done));
}

LocalRoom* LocalRoomDirectory::roomOf(const std::string& sessionId) {
  for (const auto& [name, room] : rooms_) {
    if (room->has(sessionId)) return room.get();
  }
  return nullptr;
}

void LocalRoomDirectory::relay(const std::string& sessionId, const ClientMessage& message, RelayDone done) {
  LocalRoom* room = roomOf(sessionId);
  if (room == nullptr) return done(fail(ErrorCode::notFound, "the session is in no room"));
  room->relay(sessionId, message, std::move(done));
}

void LocalRoomDirectory::leave(const std::string& sessionId, Departure departure) {
  if (LocalRoom* room = roomOf(sessionId)) room->leave(sessionId, departure);
}

size_t LocalRoomDirectory::participantCount() const {
  size_t count = 0;
  for (const auto& [name, room] : rooms_)
    count += room->participantCount();
  return count;
}

void LocalRoomDirectory::collect(std::chrono::milliseconds deadline,
                                 std::function<void(const std::vector<Sample>&)> done) {
  const auto gathering = std::make_shared<Gathering>();
  const std::weak_ptr<LocalRoomDirectory*> weak = self_;
  gathering->missing = rooms_.size() + 1;
  gathering->done = [weak, done = std::move(done)] {
    const auto self = weak.lock();
    done(self ? (*self)->roomMetrics_.total() : std::vector<Sample>());
  };
  const auto arrived = [gathering] {
    if (--gathering->missing == 0) gathering->done();
  };
  for (const auto& [name, room] : rooms_) {
    room->collect(deadline, [weak, arrived, key = room->processKey()](std::vector<Sample> samples) {
      const auto self = weak.lock();
      if (self && !samples.empty()) (*self)->roomMetrics_.update(key, std::move(samples));
      arrived();
    });
  }
  arrived();
}

void LocalRoomDirectory::retire(const std::string& name) {
  const auto at = rooms_.find(name);
  if (at == rooms_.end() || at->second->participantCount() != 0) return;
  auto room = std::move(at->second);
  rooms_.erase(at);
  log::info("room.closed", {{"room", name}});
  stop(std::move(room), nullptr);
}

void LocalRoomDirectory::stop(std::unique_ptr<LocalRoom> owned, const LeaveNotice* notice) {
  LocalRoom* room = owned.get();
  stopping_.emplace(room, std::move(owned));
  const std::weak_ptr<LocalRoomDirectory*> weak = self_;
  room->collect(lastStatsDeadline, [weak, key = room->processKey()](std::vector<Sample> samples) {
    const auto self = weak.lock();
    if (!self) return;
    if (!samples.empty()) (*self)->roomMetrics_.update(key, std::move(samples));
    (*self)->roomMetrics_.end(key);
  });
  room->close(notice, [weak, room] {
    if (const auto self = weak.lock()) (*self)->stopped(room);
  });
}

void LocalRoomDirectory::stopped(const LocalRoom* room) {
  stopping_.erase(room);
  if (!stopping_.empty()) return;
  if (const auto done = std::exchange(onAllStopped_, nullptr)) done();
}

void LocalRoomDirectory::close(const LeaveNotice& notice, std::function<void()> done) {
  closed_ = true;
  auto rooms = std::exchange(rooms_, {});
  for (auto& [name, room] : rooms)
    stop(std::move(room), &notice);
  if (stopping_.empty()) return main_context::post(std::move(done));
  onAllStopped_ = std::move(done);
}

}  // namespace tributary
