#include "supervisor/room_supervisor.h"

#include <algorithm>
#include <filesystem>

#include "base/log.h"

namespace tributary {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int maxFailedStarts = 3;
/// A room that ran for so long has earned a quick restart again.
constexpr std::chrono::seconds soundRun{30};

double inSeconds(std::chrono::milliseconds duration) {
  return static_cast<double>(duration.count()) / 1000;
}

}  // namespace

RoomSupervisor::RoomSupervisor(std::string room, const ServerConfig& config, const RoomOptions& options,
                               const ProfileStore& profiles, SpareProcesses& spares, Handlers handlers)
    : room_(std::move(room)),
      config_(config),
      options_(options),
      profiles_(profiles),
      spares_(spares),
      handlers_(std::move(handlers)),
      self_(std::make_shared<RoomSupervisor*>(this)) {}

RoomSupervisor::~RoomSupervisor() {
  self_.reset();
  tellWaiters(fail(ErrorCode::internal, "the room was closed"));
}

void RoomSupervisor::whenReady(Duration deadline, Ready ready) {
  if (state_ == State::ready) return ready({});
  if (state_ == State::stopping) return ready(fail(ErrorCode::internal, "the room is being closed"));
  const auto at = waiters_.insert(waiters_.end(), Waiter{std::move(ready), {}});
  at->deadline = Timer::once(deadline, [this, at] {
    const Ready late = std::move(at->ready);
    waiters_.erase(at);
    late(fail(ErrorCode::timeout, "the room was not ready in time; try again"));
  });
  if (state_ == State::idle) startLater();
}

void RoomSupervisor::tellWaiters(const Result<void>& result) {
  auto waiters = std::exchange(waiters_, {});
  for (auto& waiter : waiters) {
    waiter.deadline.stop();
    waiter.ready(result);
  }
}

RoomSupervisor::Duration RoomSupervisor::nextPause() {
  if (failures_ == 0) return Duration(0);
  const auto doubled = config_.rooms.restartBackoffMin * (1 << std::min(failures_ - 1, 16));
  return std::min<Duration>(doubled, config_.rooms.restartBackoffMax);
}

void RoomSupervisor::startLater() {
  const auto pause = nextPause();
  if (pause == Duration(0)) return start();
  state_ = State::waiting;
  restart_ = Timer::once(pause, [this] { start(); });
}

void RoomSupervisor::start() {
  auto process = spares_.take();
  if (!process) {
    log::error("room.startFailed", {{"room", room_}, {"error", process.error().message}});
    ++failures_;
    state_ = State::idle;
    return tellWaiters(
        fail(process.error().code, "the room could not be started; tell the server's operator"));
  }
  process_ = std::move(*process);
  ++generation_;
  process_->setHandlers({[this](const std::string& event, const Json& fields) {
                           if (handlers_.onEvent) handlers_.onEvent(event, fields);
                         },
                         [this](const std::string& reason) { died(reason); }});
  configure();
}

Result<Json> RoomSupervisor::configuration() const {
  auto profile = profiles_.get(options_.profile);
  if (!profile) return fail(ErrorCode::internal, profile.error().message);
  if (!options_.layout.empty()) {
    // The store's own must not change: other rooms have it too.
    profile = profile->with("layout", (*profile)["layout"].with("name", options_.layout));
  }
  const auto& media = config_.media;
  return Json::object({{"room", room_},
                       {"profile", *profile},
                       {"profilesDir", std::filesystem::absolute(config_.rooms.profilesDir).string()},
                       {"limits", Json::object({{"participants", options_.maxParticipants},
                                                {"departureTimeout", inSeconds(options_.departureTimeout)},
                                                {"save", config_.rooms.saveWhenBusy}})},
                       {"media", Json::object({{"udpPortMin", media.udpPortMin},
                                               {"udpPortMax", media.udpPortMax},
                                               {"stunServer", media.stunServer},
                                               {"latencyMs", media.latencyMs}})}});
}

void RoomSupervisor::configure() {
  state_ = State::configuring;
  log::info("room.starting", {{"room", room_}, {"pid", pid()}});
  const auto params = configuration();
  if (!params) return configured(generation_, tl::unexpected(params.error()));
  const std::weak_ptr<RoomSupervisor*> weak = self_;
  process_->request("configure", *params, config_.rooms.readyTimeout,
                    [weak, generation = generation_](const Result<Json>& result) {
                      if (const auto self = weak.lock()) (*self)->configured(generation, result);
                    });
}

void RoomSupervisor::configured(uint64_t generation, const Result<Json>& result) {
  if (state_ != State::configuring || generation != generation_) return;
  if (result) {
    state_ = State::ready;
    readySince_ = Clock::now();
    log::info("room.ready", {{"room", room_}, {"pid", pid()}});
    process_->startHeartbeat(config_.rooms.heartbeatInterval, config_.rooms.heartbeatTimeout);
    return tellWaiters({});
  }
  if (!process_->running() || result.error().code == ErrorCode::timeout) {
    return died("it did not get ready: " + result.error().message);
  }
  // A channel that closed is told by died() in a moment; anything else is the room's own refusal.
  const std::weak_ptr<RoomSupervisor*> weak = self_;
  main_context::post([weak, generation, error = result.error()] {
    const auto self = weak.lock();
    if (!self || (*self)->state_ != State::configuring || (*self)->generation_ != generation) return;
    log::error("room.refused", {{"room", (*self)->room_}, {"error", error.message}});
    ++(*self)->failures_;
    (*self)->state_ = State::idle;
    (*self)->process_.reset();
    (*self)->tellWaiters(fail(ErrorCode::internal, "the room refused its configuration: " + error.message));
  });
}

void RoomSupervisor::died(const std::string& reason) {
  if (state_ == State::stopping) return;
  const bool wasReady = state_ == State::ready;
  log::error("room.died", {{"room", room_}, {"pid", pid()}, {"reason", reason}});
  // The process may be what called us: it goes when its handler has returned.
  main_context::post([gone = std::shared_ptr<RoomProcess>(std::move(process_))] {});
  failures_ = wasReady && Clock::now() - readySince_ > soundRun ? 1 : failures_ + 1;
  state_ = State::idle;
  if (wasReady && handlers_.onDied) handlers_.onDied(nextPause());
  if (state_ != State::idle) return;  // somebody asked from inside onDied
  if (failures_ < maxFailedStarts) return startLater();
  tellWaiters(fail(ErrorCode::internal, "the room could not be started; try again later"));
}

void RoomSupervisor::request(const std::string& method, Json params, Duration deadline, Channel::Done done,
                             UniqueFd fd) {
  if (state_ != State::ready) return done(fail(ErrorCode::internal, "the room is not ready"));
  process_->request(method, std::move(params), deadline, std::move(done), std::move(fd));
}

void RoomSupervisor::reconfigure(std::function<void(const Result<void>&)> done) {
  // A process that is on its way may have been told the profile as it was.
  if (state_ == State::idle || state_ == State::stopping) return;
  const std::weak_ptr<RoomSupervisor*> weak = self_;
  whenReady(config_.rooms.readyTimeout, [weak, done = std::move(done)](const Result<void>& ready) {
    const auto self = weak.lock();
    if (!self || !ready) return;
    const auto params = (*self)->configuration();
    if (!params) return done(tl::unexpected(params.error()));
    (*self)->request("reconfigure", Json::object({{"profile", (*params)["profile"]}}),
                     (*self)->config_.rooms.requestTimeout,
                     [done](const Result<Json>& result) { done(result.map([](const Json&) {})); });
  });
}

void RoomSupervisor::stop(std::function<void()> done) {
  state_ = State::stopping;
  restart_.stop();
  tellWaiters(fail(ErrorCode::internal, "the room is being closed"));
  if (!process_) return main_context::post(std::move(done));
  log::info("room.stopping", {{"room", room_}, {"pid", pid()}});
  process_->stop(config_.rooms.stopTimeout, std::move(done));
}

}  // namespace tributary
