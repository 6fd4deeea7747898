#include "server/signalling_session.h"

#include "base/log.h"
#include "base/random_id.h"
#include "base/seconds.h"

namespace tributary {
namespace {

/// Frames beyond the rate before the connection is closed, and how many a second are forgiven.
constexpr double maxExcess = 200;
constexpr double forgivenPerSecond = 1;
/// Of a frame beyond the rate no more than this is read for the id of its refusal.
constexpr size_t longestExcess = 1024;  // bytes
/// Messages a client may have waiting for its room's answer.
constexpr int maxInFlight = 64;
/// A client that does not answer our close frame is cut off.
constexpr std::chrono::seconds closeTimeout{3};

}  // namespace

std::shared_ptr<SignallingSession> SignallingSession::open(SessionContext context,
                                                           std::unique_ptr<WebSocket> socket,
                                                           std::string address,
                                                           std::function<void()> onEnded) {
  std::shared_ptr<SignallingSession> session(
      new SignallingSession(context, std::move(socket), std::move(address), std::move(onEnded)));
  session->listen();
  return session;
}

SignallingSession::SignallingSession(SessionContext context, std::unique_ptr<WebSocket> socket,
                                     std::string address, std::function<void()> onEnded)
    : context_(context),
      socket_(std::move(socket)),
      address_(std::move(address)),
      onEnded_(std::move(onEnded)),
      rate_(context.config.limits.messagesPerSecond, context.config.limits.messageBurst, Clock::now()),
      excess_(forgivenPerSecond, maxExcess, Clock::now()) {}

SignallingSession::~SignallingSession() {
  depart(Departure::connectionLost);
}

void SignallingSession::listen() {
  const std::weak_ptr<SignallingSession> weak = weak_from_this();
  const auto with = [weak](auto what) {
    return [weak, what](auto... arguments) {
      if (const auto self = weak.lock()) what(*self, arguments...);
    };
  };
  WebSocket::Handlers handlers;
  handlers.onText = with([](auto& self, std::string_view text) { self.onText(text); });
  handlers.onPong = with([](auto& self) { self.lastHeard_ = Clock::now(); });
  handlers.onClosed = with([](auto& self, uint16_t code) { self.onClosed(code); });
  handlers.onBinary = with([](auto& self) {
    if (!self.withinRate({})) return;
    self.refuse({ErrorCode::badRequest, "messages are JSON in text frames, not binary ones"}, {});
  });
  socket_->setHandlers(std::move(handlers));
  liveness_ = Timer::every(context_.config.limits.pingInterval / 2, [this] { checkLiveness(); });
  awaitJoin();
}

void SignallingSession::awaitJoin() {
  joinDeadline_ = Timer::once(context_.config.limits.joinTimeout, [this] {
    if (state_ != State::connected) return;
    refuse({ErrorCode::timeout, "no join in time"}, {});
    finish(close_code::policy, "no join in time");
  });
}

void SignallingSession::onText(std::string_view text) {
  if (state_ == State::left) return;
  lastHeard_ = Clock::now();
  context_.metrics.messagesIn.Increment();
  if (!withinRate(text)) return;
  const auto limit = static_cast<size_t>(context_.config.limits.messageBytes);
  if (text.size() > limit) {
    return refuse({ErrorCode::tooLarge, "a message must be at most " + std::to_string(limit) + " bytes"}, {});
  }
  const auto json = Json::parse(text);
  if (!json) return refuse(json.error(), {});
  const MessageId id = messageId(*json);
  const auto parsed = parseClientMessage(*json);
  if (!parsed) return refuse(parsed.error(), id);
  dispatch(parsed->message, id);
}

/// Every frame counts, before anything is made of it.
bool SignallingSession::withinRate(std::string_view frame) {
  if (state_ == State::left) return false;
  if (rate_.take(Clock::now())) return true;
  if (!excess_.take(Clock::now())) {
    log::warning("session.flood", {{"session", id_}, {"address", address_}});
    depart(Departure::left);
    finish(close_code::policy, "too many messages");
    return false;
  }
  const auto json = frame.size() <= longestExcess ? Json::parse(frame) : Result<Json>(Json());
  refuse({ErrorCode::rateLimited, "too many messages; at most " +
                                      std::to_string(context_.config.limits.messagesPerSecond) +
                                      " a second are taken"},
         json ? messageId(*json) : MessageId());
  return false;
}

void SignallingSession::dispatch(const ClientMessage& message, MessageId id) {
  if (const auto* join = std::get_if<message::Join>(&message)) return handle(*join, id);
  if (const auto* leave = std::get_if<message::Leave>(&message)) return handle(*leave, id);
  if (const auto* ping = std::get_if<message::Ping>(&message)) return handle(*ping, id);
  relay(message, id);
}

void SignallingSession::handle(const message::Join& join, MessageId id) {
  if (state_ != State::connected) {
    return refuse({ErrorCode::badRequest, "this session has joined already; leave first"}, id);
  }
  state_ = State::joining;
  joinDeadline_.stop();
  id_ = randomId("s_");
  room_ = join.room;
  const std::weak_ptr<SignallingSession> weak = weak_from_this();
  context_.directory.join(id_, join, weak,
                          [weak, id, sessionId = id_, since = Clock::now()](const Result<Joined>& result) {
                            if (const auto self = weak.lock()) self->joined(sessionId, result, id, since);
                          });
}

void SignallingSession::joined(const std::string& sessionId, const Result<Joined>& result, MessageId id,
                               Clock::time_point since) {
  if (state_ != State::joining || sessionId != id_) return;
  if (!result) {
    state_ = State::connected;
    awaitJoin();
    return refuse(result.error(), id);
  }
  state_ = State::joined;
  const std::chrono::duration<double> took = Clock::now() - since;
  context_.metrics.joinDuration.Observe(took.count());
  context_.metrics.joins.Increment();
  if (result->resumed) context_.metrics.resumes.Increment();
  log::info("session.joined", {{"room", room_},
                               {"participant", result->identity},
                               {"session", id_},
                               {"resumed", result->resumed ? "yes" : "no"},
                               {"seconds", took.count()}});
  send(withReplyTo(joinedMessage(*result), id));
}

Json SignallingSession::joinedMessage(const Joined& joined) const {
  Json iceServers = Json::array();
  for (const auto& server : context_.config.iceServers)
    iceServers.push(server.toJson());
  return Json::object(
      {{"type", "joined"},
       {"sessionId", id_},
       {"resumeToken", joined.resumeToken},
       {"resumed", joined.resumed},
       {"participant", joined.room["participant"]},
       {"participants", joined.room["participants"]},
       {"layout", joined.room["layout"]},
       {"activeSpeakers", joined.room["activeSpeakers"]},
       {"recording", joined.room["recording"]},
       {"capacity", joined.room["capacity"]},
       {"iceServers", iceServers},
       {"server", Json::object({{"name", "tributary"},
                                {"version", TRIBUTARY_VERSION},
                                {"pingInterval", inSeconds(context_.config.limits.pingInterval)},
                                {"features", joined.room["features"]}})}});
}

void SignallingSession::handle(const message::Leave&, MessageId id) {
  depart(Departure::left);
  send(okMessage(id));
  finish(close_code::normal, "left");
}

void SignallingSession::handle(const message::Ping&, MessageId id) {
  send(pongMessage(id));
}

void SignallingSession::relay(const ClientMessage& message, MessageId id) {
  if (state_ != State::joined) {
    return refuse({ErrorCode::badRequest, std::string(typeName(message)) + " needs a room: join first"}, id);
  }
  if (inFlight_ >= maxInFlight) {
    return refuse({ErrorCode::rateLimited, "too many messages wait for an answer"}, id);
  }
  ++inFlight_;
  const std::weak_ptr<SignallingSession> weak = weak_from_this();
  context_.directory.relay(id_, message, [weak, id](const Result<Json>& reply) {
    const auto self = weak.lock();
    if (!self) return;
    --self->inFlight_;
    if (!reply) return self->refuse(reply.error(), id);
    if (!reply->isNull()) return self->send(withReplyTo(*reply, id));
    if (id) self->send(okMessage(id));
  });
}

void SignallingSession::refuse(const Error& error, MessageId id) {
  context_.metrics.countError(error.code);
  log::debug("session.refused",
             {{"session", id_}, {"code", toString(error.code)}, {"message", error.message}});
  send(errorMessage(error, id));
}

void SignallingSession::send(const Json& message) {
  context_.metrics.messagesOut.Increment();
  if (socket_->send(message.dump()) || state_ == State::left) return;
  log::warning("session.notReading", {{"room", room_}, {"session", id_}});
  depart(Departure::connectionLost);
  finish(close_code::policy, "does not read");
}

void SignallingSession::deliver(const Json& message) {
  if (state_ == State::joined) send(message);
}

void SignallingSession::unseat(const LeaveNotice& notice) {
  if (state_ != State::joined && state_ != State::joining) return;
  log::info("session.unseated", {{"room", room_}, {"session", id_}, {"reason", notice.reason}});
  send(leaveMessage(notice));
  state_ = State::connected;
  if (notice.action == LeaveAction::reconnect) return awaitJoin();
  finish(notice.action == LeaveAction::resume ? close_code::goingAway : close_code::normal, notice.reason);
}

void SignallingSession::shutDown(const LeaveNotice& notice) {
  if (state_ == State::left) return;
  send(leaveMessage(notice));
  depart(Departure::left);
  finish(close_code::goingAway, notice.reason);
}

void SignallingSession::checkLiveness() {
  if (Clock::now() - lastHeard_ < context_.config.limits.livenessTimeout) return;
  log::info("session.silent", {{"room", room_}, {"session", id_}});
  depart(Departure::connectionLost);
  finish(close_code::goingAway, "silent for too long");
}

/// RFC 6455: 1000 is a goodbye, 1001 a page that is left or reloaded. Anything else may come back.
void SignallingSession::onClosed(uint16_t code) {
  const bool goodbye = code == close_code::normal || code == close_code::goingAway;
  if (state_ != State::left) log::info("session.closed", {{"room", room_}, {"session", id_}, {"code", code}});
  depart(goodbye ? Departure::left : Departure::connectionLost);
  ended();
}

void SignallingSession::depart(Departure departure) {
  if (state_ == State::joined || state_ == State::joining) {
    state_ = State::left;
    context_.directory.leave(id_, departure);
  }
  state_ = State::left;
}

void SignallingSession::finish(uint16_t code, const std::string& reason) {
  state_ = State::left;
  joinDeadline_.stop();
  liveness_.stop();
  socket_->close(code, reason);
  closeDeadline_ = Timer::once(closeTimeout, [this] {
    socket_->abort();
    ended();
  });
}

void SignallingSession::ended() {
  joinDeadline_.stop();
  liveness_.stop();
  closeDeadline_.stop();
  const auto self = shared_from_this();
  if (const auto onEnded = std::exchange(onEnded_, nullptr)) onEnded();
}

}  // namespace tributary
