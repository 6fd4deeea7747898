#include "supervisor/room_process.h"

#include <csignal>

#include "base/log.h"
#include "supervisor/child_process.h"

namespace tributary {
namespace {

constexpr std::chrono::seconds killDelay{1};

}  // namespace

Result<std::unique_ptr<RoomProcess>> RoomProcess::start(const std::string& program) {
  auto pair = Channel::socketPair();
  if (!pair) return tl::unexpected(pair.error());
  auto child = ChildProcess::start(program, std::move(pair->theirs));
  if (!child) return tl::unexpected(child.error());
  std::unique_ptr<RoomProcess> process(new RoomProcess(std::move(*child)));
  process->openChannel(std::move(pair->ours));
  return process;
}

RoomProcess::RoomProcess(std::shared_ptr<ChildProcess> child)
    : child_(std::move(child)), self_(std::make_shared<RoomProcess*>(this)) {
  child_->onExit([this](const std::string& how) { exited(how); });
}

RoomProcess::~RoomProcess() {
  self_.reset();
  channel_.reset();
  const pid_t id = pid();
  child_->onExit([id](const std::string& how) { log::info("room.exited", {{"pid", id}, {"how", how}}); });
  child_->signal(SIGKILL);
}

bool RoomProcess::running() const {
  return child_->running();
}

pid_t RoomProcess::pid() const {
  return child_->pid();
}

void RoomProcess::openChannel(UniqueFd fd) {
  Channel::Handlers handlers;
  handlers.onEvent = [this](const std::string& event, const Json& fields) {
    if (const auto onEvent = handlers_.onEvent) onEvent(event, fields);
  };
  handlers.onClosed = [this](const std::string& reason) { end("its channel closed: " + reason); };
  channel_.emplace(std::move(fd), std::move(handlers));
}

void RoomProcess::request(const std::string& method, Json params, std::chrono::milliseconds deadline,
                          Channel::Done done, UniqueFd fd) {
  channel_->request(method, std::move(params), deadline, std::move(done), std::move(fd));
}

void RoomProcess::startHeartbeat(std::chrono::milliseconds interval, std::chrono::milliseconds timeout) {
  heartbeat_ = Timer::once(interval, [this, interval, timeout] { beat(interval, timeout); });
}

void RoomProcess::beat(std::chrono::milliseconds interval, std::chrono::milliseconds timeout) {
  const std::weak_ptr<RoomProcess*> weak = self_;
  request("ping", Json::object(), timeout, [weak, interval, timeout](const Result<Json>& result) {
    const auto self = weak.lock();
    if (!self || (*self)->stopping_) return;
    if (result) {
      (*self)->load_ = (*result)["load"].numberOr(0);
      (*self)->startHeartbeat(interval, timeout);
    } else if (result.error().code == ErrorCode::timeout) {
      (*self)->end("it missed its heartbeat");
    }
  });
}

void RoomProcess::end(const std::string& reason) {
  if (stopping_ || std::exchange(ended_, true)) return;
  heartbeat_.stop();
  if (const auto onEnded = handlers_.onEnded) onEnded(reason);
}

void RoomProcess::stop(std::chrono::milliseconds timeout, std::function<void()> done) {
  stopping_ = true;
  heartbeat_.stop();
  onStopped_ = std::move(done);
  if (!running()) {
    main_context::post([weak = std::weak_ptr(self_)] {
      if (const auto self = weak.lock()) (*self)->exited("exited before");
    });
    return;
  }
  request("stop", Json::object(), timeout, [](const Result<Json>&) {});
  deadline_ = Timer::once(timeout, [this] { escalate(); });
}

void RoomProcess::escalate() {
  log::warning("room.stopTimeout", {{"pid", pid()}});
  child_->signal(SIGTERM);
  deadline_ = Timer::once(killDelay, [this] { child_->signal(SIGKILL); });
}

void RoomProcess::exited(const std::string& how) {
  log::info("room.exited", {{"pid", pid()}, {"how", how}});
  deadline_.stop();
  if (stopping_) {
    if (const auto done = std::exchange(onStopped_, nullptr)) done();
  } else {
    end("it " + how);
  }
}

}  // namespace tributary
