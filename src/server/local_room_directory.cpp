#include "server/local_room_directory.h"

#include <algorithm>
#include <thread>

#include "base/log.h"
#include "config/profile_files.h"
#include "layout/layout.h"

namespace tributary {
namespace {

/// A room that is stopped gives its last counts by then or not at all.
constexpr std::chrono::milliseconds lastStatsDeadline{300};

const LeaveNotice removedNotice{"roomClosed", LeaveAction::disconnect, {}};

tl::unexpected<Error> noSuchRoom() {
  return fail(ErrorCode::notFound, "there is no room of that name");
}

/// What would make the room refuse its configuration is told before a process is taken for it.
Result<void> checkOptions(const ServerConfig& config, const RoomOptions& options) {
  const auto profile = loadProfile(config.rooms.profilesDir, options.profile);
  if (!profile) {
    const bool missing = profile.error().code == ErrorCode::notFound;
    return fail(ErrorCode::badRequest,
                missing ? "$.profile: there is no profile " + options.profile : profile.error().message);
  }
  const auto& own = profile->profile.layouts;
  if (options.layout.empty() || findLayout(options.layout) != nullptr || own.contains(options.layout))
    return {};
  std::string known;
  for (const auto name : layoutNames())
    known += (known.empty() ? "" : ", ") + std::string(name);
  for (const auto& [name, regions] : own)
    known += ", " + name;
  return fail(ErrorCode::badRequest,
              "$.layout: there is no layout " + options.layout + "; there are: " + known);
}

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
  const Json version = profiles_.get(profile).value_or(Json());
  for (const auto& [name, room] : rooms_) {
    if (room->profile() != profile) continue;
    room->reconfigure(
        [weak = std::weak_ptr(self_), profile, version, room = name](const Result<void>& result) {
          if (result) return log::info("room.reconfigured", {{"room", room}, {"profile", profile}});
          log::error("room.reconfigureFailed",
                     {{"room", room}, {"profile", profile}, {"error", result.error().message}});
          if (const auto self = weak.lock())
            (*self)->profiles_.report(profile, version, result.error().message);
        });
  }
}

LocalRoom& LocalRoomDirectory::open(const std::string& name, RoomOptions options) {
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
  auto room = std::make_unique<LocalRoom>(name, config_, std::move(options), profiles_, spares_, recordings_,
                                          std::move(handlers));
  log::info("room.opened", {{"room", name}});
  return *rooms_.emplace(name, std::move(room)).first->second;
}

void LocalRoomDirectory::join(const std::string& sessionId, const message::Join& join,
                              std::weak_ptr<RoomClient> client, JoinDone done) {
  if (closed_) return done(fail(ErrorCode::serverBusy, "the server is shutting down; try again in a moment"));
  LocalRoom* room = roomNamed(join.room);
  if (room == nullptr) {
    if (auto may = mayOpen(); !may) return done(tl::unexpected(may.error()));
    room = &open(join.room, RoomOptions::defaults(config_));
  }
  room->join(sessionId, join, std::move(client), std::move(done));
}

Result<void> LocalRoomDirectory::mayOpen() const {
  if (closed_) return fail(ErrorCode::serverBusy, "the server is shutting down; try again in a moment");
  if (draining_) return fail(ErrorCode::serverBusy, "the server is being emptied and takes no new rooms");
  if (rooms_.size() >= static_cast<size_t>(config_.limits.rooms)) {
    return fail(ErrorCode::serverBusy, "the server has as many rooms as it takes; try again later");
  }
  if (config_.limits.cpuLoad < 1 && cpuLoad() > config_.limits.cpuLoad) {
    return fail(
        ErrorCode::serverBusy,
        "the server's rooms need what its processors give; try again later, or join a room that runs");
  }
  return {};
}

double LocalRoomDirectory::cpuLoad() const {
  double cores = 0;
  for (const auto& [name, room] : rooms_)
    cores += room->load();
  return cores / std::max(1U, std::thread::hardware_concurrency());
}

LocalRoom* LocalRoomDirectory::roomNamed(const std::string& name) const {
  const auto at = rooms_.find(name);
  return at != rooms_.end() ? at->second.get() : nullptr;
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

void LocalRoomDirectory::stop(std::unique_ptr<LocalRoom> owned, const LeaveNotice* notice,
                              std::function<void()> gone) {
  LocalRoom* room = owned.get();
  stopping_.emplace(room, std::move(owned));
  const std::weak_ptr<LocalRoomDirectory*> weak = self_;
  room->collect(lastStatsDeadline, [weak, key = room->processKey()](std::vector<Sample> samples) {
    const auto self = weak.lock();
    if (!self) return;
    if (!samples.empty()) (*self)->roomMetrics_.update(key, std::move(samples));
    (*self)->roomMetrics_.end(key);
  });
  room->close(notice, [weak, room, gone = std::move(gone)] {
    if (const auto self = weak.lock()) (*self)->stopped(room);
    if (gone) gone();
  });
}

void LocalRoomDirectory::stopped(const LocalRoom* room) {
  stopping_.erase(room);
  if (!stopping_.empty()) return;
  if (const auto done = std::exchange(onAllStopped_, nullptr)) done();
}

void LocalRoomDirectory::create(const std::string& room, const RoomOptions& options, Done done) {
  if (roomNamed(room) != nullptr)
    return done(fail(ErrorCode::conflict, "there is a room of that name already"));
  if (auto may = mayOpen(); !may) return done(may);
  if (auto known = checkOptions(config_, options); !known) return done(known);
  open(room, options).create(std::move(done));
}

std::vector<RoomInfo> LocalRoomDirectory::list() const {
  std::vector<RoomInfo> out;
  for (const auto& [name, room] : rooms_)
    out.push_back(room->info());
  return out;
}

std::optional<RoomInfo> LocalRoomDirectory::find(const std::string& room) const {
  const LocalRoom* found = roomNamed(room);
  return found != nullptr ? std::optional(found->info()) : std::nullopt;
}

Result<void> LocalRoomDirectory::update(const std::string& room, const RoomOptions& options) {
  LocalRoom* found = roomNamed(room);
  if (found == nullptr) return noSuchRoom();
  found->update(options);
  return {};
}

void LocalRoomDirectory::remove(const std::string& room, Done done) {
  const auto at = rooms_.find(room);
  if (at == rooms_.end()) return done(noSuchRoom());
  auto owned = std::move(at->second);
  rooms_.erase(at);
  log::info("room.removed", {{"room", room}});
  stop(std::move(owned), &removedNotice, [done = std::move(done)] { done({}); });
}

void LocalRoomDirectory::request(const std::string& room, const std::string& method, const Json& params,
                                 std::chrono::milliseconds deadline, Answer answer) {
  LocalRoom* found = roomNamed(room);
  if (found == nullptr) return answer(noSuchRoom());
  found->ask(method, params, deadline, std::move(answer));
}

void LocalRoomDirectory::fetch(const std::string& room, const std::string& method, const Json& params,
                               std::chrono::milliseconds deadline, Bytes done) {
  LocalRoom* found = roomNamed(room);
  if (found == nullptr) return done(noSuchRoom());
  found->fetch(method, params, deadline, std::move(done));
}

void LocalRoomDirectory::operate(const std::string& room, const ClientMessage& message, Answer answer) {
  LocalRoom* found = roomNamed(room);
  if (found == nullptr) return answer(noSuchRoom());
  found->operate(message, std::move(answer));
}

void LocalRoomDirectory::setDraining(bool draining) {
  if (draining_ == draining) return;
  draining_ = draining;
  metrics_.draining.Set(draining ? 1 : 0);
  log::info(draining ? "server.draining" : "server.drainEnded", {{"rooms", rooms_.size()}});
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
