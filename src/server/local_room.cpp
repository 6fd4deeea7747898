#include "server/local_room.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "base/log.h"
#include "base/timestamp.h"
#include "config/pipeline_profile.h"
#include "metrics/process_stats.h"

namespace tributary {
namespace {

/// How often a join is tried again when the room's process dies under it.
constexpr int maxAttempts = 3;

/// Read, never mapped: the room may still cut it short.
Result<std::string> contentsOf(const UniqueFd& file) {
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  if (size < 0) return fail(ErrorCode::internal, "the room's answer cannot be read");
  if (static_cast<size_t>(size) > RoomAdmin::mostFetched) {
    return fail(ErrorCode::tooLarge, "the room's answer is too large");
  }
  std::string out(static_cast<size_t>(size), '\0');
  if (::pread(file.get(), out.data(), out.size(), 0) != size) {
    return fail(ErrorCode::internal, "the room's answer cannot be read");
  }
  return out;
}

uint64_t nextKey() {
  static uint64_t last = 0;
  return last += 1u << 20;
}

}  // namespace

std::string_view toString(Departure departure) {
  return departure == Departure::left ? "left" : "connectionLost";
}

/// One `join` on its way.
struct LocalRoom::Joining {
  std::string sessionId;
  RoomDirectory::JoinDone done;
  int attempts = 0;
};

LocalRoom::LocalRoom(std::string name, const ServerConfig& config, RoomOptions options,
                     const ProfileStore& profiles, SpareProcesses& spares, Recordings& recordings,
                     Handlers handlers)
    : name_(std::move(name)),
      config_(config),
      profiles_(profiles),
      options_(std::move(options)),
      createdAt_(timestamp()),
      recordings_(recordings),
      handlers_(std::move(handlers)),
      seats_(options_.departureTimeout,
             [this](const std::string& identity) {
               log::info("participant.givenUp", {{"room", name_}, {"identity", identity}});
               closeWhenEmpty(options_.emptyTimeout);
             }),
      supervisor_(name_, config, options_, profiles, spares,
                  {[this](const std::string& event, const Json& fields) { onEvent(event, fields); },
                   [this](std::chrono::milliseconds retryAfter) { onDied(retryAfter); }}),
      key_(nextKey()),
      self_(std::make_shared<LocalRoom*>(this)) {
  recordings_.roomOpened(name_, *this);
}

LocalRoom::~LocalRoom() {
  self_.reset();
  recordings_.roomClosed(name_, *this);
}

uint64_t LocalRoom::processKey() const {
  return key_ + supervisor_.generation();
}

Result<Seat*> LocalRoom::seatFor(const message::Join& join) {
  if (join.resumeToken) {
    if (Seat* seat = seats_.byToken(*join.resumeToken)) return seat;
  }
  if (seats_.size() >= static_cast<size_t>(options_.maxParticipants)) {
    return fail(ErrorCode::roomFull,
                "the room is full: it takes " + std::to_string(options_.maxParticipants) + " participants");
  }
  return &seats_.add(join.name, config_.rooms.defaultRole);
}

/// A second connection with the same resume token takes the first one's seat.
void LocalRoom::replace(Seat& seat) {
  if (seat.state == Seat::State::away) return;
  const auto client = seat.client.lock();
  if (seat.state == Seat::State::seated) tellLeft(seat.sessionId, Departure::connectionLost);
  seats_.vacate(seat);
  if (client) client->unseat({"replaced", LeaveAction::disconnect, {}});
}

void LocalRoom::join(const std::string& sessionId, const message::Join& join,
                     std::weak_ptr<RoomClient> client, RoomDirectory::JoinDone done) {
  const auto seat = seatFor(join);
  if (!seat) return done(tl::unexpected(seat.error()));
  empty_.stop();
  replace(**seat);
  seats_.occupy(**seat, sessionId, std::move(client));
  seatIn(std::make_shared<Joining>(Joining{sessionId, std::move(done)}));
}

void LocalRoom::seatIn(const std::shared_ptr<Joining>& joining) {
  ++joining->attempts;
  const std::weak_ptr<LocalRoom*> weak = self_;
  supervisor_.whenReady(config_.rooms.readyTimeout, [weak, joining](const Result<void>& ready) {
    const auto self = weak.lock();
    if (!self) return joining->done(fail(ErrorCode::internal, "the room was closed"));
    LocalRoom& room = **self;
    if (!ready) return room.joinFailed(joining, ready.error());
    const Seat* seat = room.seats_.bySession(joining->sessionId);
    if (seat == nullptr) return room.joinFailed(joining, {ErrorCode::internal, "the session ended"});
    const uint64_t generation = room.supervisor_.generation();
    const Json params = Json::object({{"sessionId", seat->sessionId},
                                      {"identity", seat->identity},
                                      {"name", seat->name},
                                      {"role", seat->role},
                                      {"resumed", seat->generation == generation}});
    room.supervisor_.request("join", params, room.config_.rooms.requestTimeout,
                             [weak, joining, generation](const Result<Json>& result) {
                               if (const auto later = weak.lock()) {
                                 (*later)->roomAnswered(joining, generation, result);
                               } else {
                                 joining->done(fail(ErrorCode::internal, "the room was closed"));
                               }
                             });
  });
}

void LocalRoom::roomAnswered(const std::shared_ptr<Joining>& joining, uint64_t generation,
                             const Result<Json>& result) {
  Seat* seat = seats_.bySession(joining->sessionId);
  if (seat == nullptr) {
    if (result) tellLeft(joining->sessionId, Departure::left);
    return joinFailed(joining, {ErrorCode::internal, "the session ended"});
  }
  if (result && !(*result)["participant"].isObject()) {
    log::error("room.badReply", {{"room", name_}, {"method", "join"}});
    return joinFailed(joining, {ErrorCode::internal, "the room gave no proper answer"});
  }
  if (result) {
    const bool resumed = (*result)["resumed"].booleanOr(seat->generation == generation);
    seat->state = Seat::State::seated;
    seat->generation = generation;
    Json room = *result;
    room.set("recording", recordings_.current(name_));
    joining->done(Joined{seat->resumeToken, seat->identity, resumed, room});
    recordings_.roomReady(name_);
    return recordByItself();
  }
  // Whether the process died shows in the next turn of the loop, when its supervisor knows.
  main_context::post([weak = std::weak_ptr(self_), joining, generation, error = result.error()] {
    const auto self = weak.lock();
    if (!self) return joining->done(fail(ErrorCode::internal, "the room was closed"));
    const bool died = !(*self)->supervisor_.isReady() || (*self)->supervisor_.generation() != generation;
    if (died && joining->attempts < maxAttempts) return (*self)->seatIn(joining);
    (*self)->joinFailed(joining, error);
  });
}

void LocalRoom::joinFailed(const std::shared_ptr<Joining>& joining, const Error& error) {
  if (Seat* seat = seats_.bySession(joining->sessionId)) {
    if (seat->generation == 0) {
      seats_.remove(*seat);
    } else {
      seats_.vacate(*seat);
    }
  }
  joining->done(tl::unexpected(error));
  closeWhenEmpty(supervisor_.isReady() ? options_.emptyTimeout : std::chrono::milliseconds(0));
}

void LocalRoom::relay(const std::string& sessionId, const ClientMessage& message,
                      RoomDirectory::RelayDone done) {
  Seat* seat = seats_.bySession(sessionId);
  if (seat == nullptr) return done(fail(ErrorCode::notFound, "the session is in no room"));
  if (relayRecording(*seat, message, done)) return;
  supervisor_.request("client", Json::object({{"sessionId", sessionId}, {"message", toJson(message)}}),
                      config_.rooms.requestTimeout,
                      [weak = std::weak_ptr(self_), name = name_, sessionId, message,
                       done = std::move(done)](const Result<Json>& result) {
                        if (!result) return done(tl::unexpected(result.error()));
                        if (const auto self = weak.lock()) (*self)->learn(sessionId, message);
                        const Json reply = (*result)["message"];
                        if (reply.isNull() || reply["type"].string()) return done(reply);
                        log::error("room.badReply", {{"room", name}, {"method", "client"}});
                        done(fail(ErrorCode::internal, "the room gave no proper answer"));
                      });
}

/// Files are the server's, so recordings are started and stopped here.
bool LocalRoom::relayRecording(const Seat& seat, const ClientMessage& message,
                               const RoomDirectory::RelayDone& done) {
  const bool starts = std::holds_alternative<message::StartRecording>(message);
  if (!starts && !std::holds_alternative<message::StopRecording>(message)) return false;
  if (seat.role != "moderator") {
    done(fail(ErrorCode::forbidden, "only a moderator may record"));
    return true;
  }
  const auto answer = [done](const Result<Json>& result) {
    done(result ? Result<Json>(Json(nullptr)) : tl::unexpected(result.error()));
  };
  if (starts) {
    recordings_.start(name_, Json::object(), seat.identity, answer);
  } else {
    recordings_.stop(name_, answer);
  }
  return true;
}

void LocalRoom::recordByItself() {
  if (recordedByItself_) return;
  const auto wish = recordingWish(Json::object());
  if (!wish || !wish->automatic) return;
  recordedByItself_ = true;
  recordings_.start(name_, Json::object(), "auto", [room = name_](const Result<Json>& started) {
    if (!started) log::error("recording.autoFailed", {{"room", room}, {"error", started.error().message}});
  });
}

void LocalRoom::whenRoomReady(std::function<void(const Result<void>&)> done) {
  supervisor_.whenReady(config_.rooms.readyTimeout, std::move(done));
}

void LocalRoom::askRoom(const std::string& method, const Json& params, UniqueFd fd,
                        std::function<void(const Result<Json>&)> done) {
  supervisor_.request(method, params, config_.rooms.requestTimeout, std::move(done), std::move(fd));
}

void LocalRoom::tellRoom(const Json& message) {
  onSend(Json::object({{"to", nullptr}, {"message", message}}));
}

Result<RecordingOptions> LocalRoom::recordingWish(const Json& request) {
  const auto json = profiles_.get(options_.profile);
  const auto profile = json ? parsePipelineProfile(*json) : tl::unexpected(json.error());
  if (!profile) return fail(ErrorCode::internal, profile.error().message);
  return recordingOptions(profile->recording, request);
}

void LocalRoom::learn(const std::string& sessionId, const ClientMessage& message) {
  if (const auto* update = std::get_if<message::Update>(&message)) {
    Seat* seat = seats_.bySession(sessionId);
    if (seat != nullptr && update->name) seat->name = *update->name;
  } else if (const auto* moderate = std::get_if<message::Moderate>(&message)) {
    Seat* seat = seats_.byIdentity(moderate->identity);
    if (seat != nullptr && moderate->name) seat->name = *moderate->name;
    if (seat != nullptr && moderate->role) seat->role = *moderate->role;
    // Who is connected is sent away by the room; who is not must not come back by their token.
    if (seat != nullptr && moderate->remove.value_or(false) && seat->state == Seat::State::away) {
      seats_.remove(*seat);
      closeWhenEmpty(options_.emptyTimeout);
    }
  }
}

void LocalRoom::create(RoomAdmin::Done done) {
  const std::weak_ptr<LocalRoom*> weak = self_;
  supervisor_.whenReady(
      config_.rooms.readyTimeout, [weak, done = std::move(done)](const Result<void>& ready) {
        if (const auto self = weak.lock()) {
          (*self)->closeWhenEmpty(ready ? (*self)->options_.emptyTimeout : std::chrono::milliseconds(0));
        }
        done(ready);
      });
}

RoomInfo LocalRoom::info() const {
  return {name_, options_, createdAt_, seats_.size(), supervisor_.pid(), recordings_.current(name_)};
}

void LocalRoom::update(const RoomOptions& options) {
  options_ = options;
  seats_.setDepartureTimeout(options_.departureTimeout);
  closeWhenEmpty(options_.emptyTimeout);
  if (!supervisor_.isReady()) return;  // the next process is configured with them
  const auto seconds = std::chrono::duration<double>(options_.departureTimeout).count();
  supervisor_.request(
      "limits", Json::object({{"participants", options_.maxParticipants}, {"departureTimeout", seconds}}),
      config_.rooms.requestTimeout, [name = name_](const Result<Json>& result) {
        if (!result) log::warning("room.limitsRefused", {{"room", name}, {"error", result.error().message}});
      });
}

void LocalRoom::ask(const std::string& method, const Json& params, std::chrono::milliseconds deadline,
                    RoomAdmin::Answer answer) {
  const std::weak_ptr<LocalRoom*> weak = self_;
  supervisor_.whenReady(deadline,
                        [weak, method, params, deadline, answer = std::move(answer)](const auto& ready) {
                          const auto self = weak.lock();
                          if (!self) return answer(fail(ErrorCode::notFound, "the room was closed"));
                          if (!ready) return answer(tl::unexpected(ready.error()));
                          (*self)->supervisor_.request(method, params, deadline, answer);
                        });
}

void LocalRoom::fetch(const std::string& method, const Json& params, std::chrono::milliseconds deadline,
                      RoomAdmin::Bytes done) {
  const std::weak_ptr<LocalRoom*> weak = self_;
  supervisor_.whenReady(
      deadline, [weak, method, params, deadline, done = std::move(done)](const auto& ready) {
        const auto self = weak.lock();
        if (!self) return done(fail(ErrorCode::notFound, "the room was closed"));
        if (!ready) return done(tl::unexpected(ready.error()));
        const auto ours = std::make_shared<UniqueFd>(::memfd_create("room-answer", MFD_CLOEXEC));
        UniqueFd theirs(::fcntl(ours->get(), F_DUPFD_CLOEXEC, 0));
        if (!theirs) return done(fail(ErrorCode::internal, "there is no memory for the answer"));
        const auto written = [ours, done](const Result<Json>& answer) {
          done(answer ? contentsOf(*ours) : Result<std::string>(tl::unexpected(answer.error())));
        };
        (*self)->supervisor_.request(method, params, deadline, written, std::move(theirs));
      });
}

void LocalRoom::operate(const ClientMessage& message, RoomAdmin::Answer answer) {
  ask("operator", Json::object({{"message", toJson(message)}}), config_.rooms.requestTimeout,
      [weak = std::weak_ptr(self_), message, answer = std::move(answer)](const Result<Json>& done) {
        if (const auto self = weak.lock(); self && done) (*self)->learn("", message);
        answer(done);
      });
}

void LocalRoom::leave(const std::string& sessionId, Departure departure) {
  Seat* seat = seats_.bySession(sessionId);
  if (seat == nullptr) return;
  if (seat->state == Seat::State::seated) tellLeft(sessionId, departure);
  // Somebody who leaves before the room answered the join is taken out when it does.
  if (departure == Departure::connectionLost && seat->generation != 0) {
    seats_.vacate(*seat);
  } else {
    seats_.remove(*seat);
  }
  closeWhenEmpty(options_.emptyTimeout);
}

void LocalRoom::tellLeft(const std::string& sessionId, Departure departure) {
  supervisor_.request("leave", Json::object({{"sessionId", sessionId}, {"reason", toString(departure)}}),
                      config_.rooms.requestTimeout, [name = name_](const Result<Json>& result) {
                        if (!result)
                          log::debug("room.leaveFailed", {{"room", name}, {"error", result.error().message}});
                      });
}

void LocalRoom::onEvent(const std::string& event, const Json& fields) {
  if (event == "send") return onSend(fields);
  if (event == "drop") return onDrop(fields);
  if (event == "recording") return recordings_.onEvent(name_, fields);
  log::warning("room.unknownEvent", {{"room", name_}, {"name", event}});
}

void LocalRoom::onSend(const Json& fields) {
  const Json message = fields["message"];
  if (!message["type"].string()) return log::warning("room.badMessage", {{"room", name_}});
  const auto deliver = [&message](const Seat* seat) {
    if (seat == nullptr || seat->state != Seat::State::seated) return;
    if (const auto client = seat->client.lock()) client->deliver(message);
  };
  if (fields["to"].isNull()) {
    for (const auto& token : seats_.tokens())
      deliver(seats_.byToken(token));
    return;
  }
  // Sessions that ended a moment ago are nothing unusual here.
  for (const auto& to : fields["to"].elements())
    deliver(seats_.bySession(to.stringOr("")));
}

void LocalRoom::onDrop(const Json& fields) {
  Seat* seat = seats_.bySession(fields["sessionId"].stringOr(""));
  if (seat == nullptr) return;
  const LeaveNotice notice{fields["reason"].stringOr("removed"),
                           leaveActionFromString(fields["action"].stringOr("disconnect")),
                           {}};
  log::info("participant.dropped",
            {{"room", name_}, {"identity", seat->identity}, {"reason", notice.reason}});
  const auto client = seat->client.lock();
  if (notice.action == LeaveAction::disconnect) {
    seats_.remove(*seat);
  } else {
    seats_.vacate(*seat);
  }
  if (client) client->unseat(notice);
  closeWhenEmpty(options_.emptyTimeout);
}

/// Those on their way in stay: their join is asked again of the next process.
void LocalRoom::onDied(std::chrono::milliseconds retryAfter) {
  if (handlers_.onRestart) handlers_.onRestart();
  recordings_.roomDied(name_);
  // Not from inside the supervisor's own call.
  main_context::post([weak = std::weak_ptr(self_)] {
    if (const auto self = weak.lock()) (*self)->seatRecording();
  });
  for (const auto& token : seats_.tokens()) {
    Seat* seat = seats_.byToken(token);
    if (seat == nullptr || seat->state != Seat::State::seated) continue;
    const auto client = seat->client.lock();
    seats_.vacate(*seat);
    if (client) client->unseat({"roomFailed", LeaveAction::reconnect, retryAfter});
  }
}

/// What was being recorded goes on in the process that comes next.
void LocalRoom::seatRecording() {
  if (recordings_.current(name_).isNull()) return;
  supervisor_.whenReady(config_.recordings.resumeTimeout,
                        [weak = std::weak_ptr(self_)](const Result<void>& ready) {
                          const auto self = weak.lock();
                          if (self && ready) (*self)->recordings_.roomReady((*self)->name_);
                        });
}

void LocalRoom::collect(std::chrono::milliseconds deadline, std::function<void(std::vector<Sample>)> done) {
  const auto process = roomProcessSamples(supervisor_.pid());
  supervisor_.request("stats", Json::object(), deadline,
                      [process, done = std::move(done)](const Result<Json>& result) {
                        // Of a process in trouble what was known before stays.
                        if (!result) return done({});
                        auto samples = parseSamples((*result)["metrics"]);
                        samples.insert(samples.end(), process.begin(), process.end());
                        done(std::move(samples));
                      });
}

void LocalRoom::closeWhenEmpty(std::chrono::milliseconds delay) {
  if (seats_.size() != 0) return;
  empty_ = Timer::once(delay, [this] {
    if (seats_.size() == 0 && handlers_.onEmpty) handlers_.onEmpty();
  });
}

void LocalRoom::close(const LeaveNotice* notice, std::function<void()> done) {
  empty_.stop();
  for (const auto& token : seats_.tokens()) {
    Seat* seat = seats_.byToken(token);
    if (seat == nullptr) continue;
    const auto client = seat->client.lock();
    seats_.remove(*seat);
    if (client && notice != nullptr) client->unseat(*notice);
  }
  recordings_.stop(name_, [](const Result<Json>&) {});
  supervisor_.stop([this, done = std::move(done)] {
    recordings_.roomClosed(name_, *this);
    done();
  });
}

}  // namespace tributary
