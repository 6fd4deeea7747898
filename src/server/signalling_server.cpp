#include "server/signalling_server.h"

#include "base/log.h"
#include "http/request_check.h"

namespace tributary {
namespace {

constexpr const char* subprotocol = "tributary.v1";
constexpr const char* socketPath = "/v1/ws";
/// Beyond this libsoup itself closes with 1009; between the limit and this the client is told `tooLarge`.
constexpr size_t payloadHeadroom = 4;

}  // namespace

SignallingServer::SignallingServer(SessionContext context, http::Server& http)
    : context_(context), http_(http), self_(std::make_shared<SignallingServer*>(this)) {
  http.addWebSocket({socketPath, subprotocol, [this](SoupServerMessage* message) { return mayOpen(message); },
                     [this](SoupServerMessage* message, SoupWebsocketConnection* connection) {
                       onWebSocket(message, connection);
                     }});
}

SignallingServer::~SignallingServer() {
  self_.reset();
  sessions_.clear();
}

Result<void> SignallingServer::mayOpen(SoupServerMessage* message) const {
  const auto& limits = context_.config.limits;
  if (shuttingDown_) return fail(ErrorCode::serverBusy, "the server is shutting down");
  if (sessions_.size() >= static_cast<size_t>(limits.sessions)) {
    return fail(ErrorCode::serverBusy, "the server has as many sessions as it takes; try again later");
  }
  const auto same = perAddress_.find(addressGroup(http_.addressOf(message)));
  if (same != perAddress_.end() && same->second >= limits.sessionsPerAddress) {
    return fail(ErrorCode::serverBusy, "your address has as many sessions as it may have");
  }
  return {};
}

void SignallingServer::onWebSocket(SoupServerMessage* message, SoupWebsocketConnection* connection) {
  const auto& limits = context_.config.limits;
  const std::string address = http_.addressOf(message);
  const auto pingSeconds = std::chrono::duration_cast<std::chrono::seconds>(limits.pingInterval).count();
  auto socket =
      std::make_unique<WebSocket>(connection, static_cast<size_t>(limits.messageBytes) * payloadHeadroom,
                                  static_cast<unsigned>(std::max<long>(1, pingSeconds)));
  const auto key = std::make_shared<const SignallingSession*>(nullptr);
  const std::weak_ptr<SignallingServer*> weak = self_;
  const auto session = SignallingSession::open(context_, std::move(socket), address, [weak, key] {
    // Not at once: the session is what calls.
    main_context::post([weak, key] {
      if (const auto self = weak.lock()) (*self)->forget(*key);
    });
  });
  *key = session.get();
  sessions_.emplace(session.get(), session);
  ++perAddress_[addressGroup(address)];
  log::debug("session.opened", {{"address", address}});
}

void SignallingServer::forget(const SignallingSession* session) {
  const auto at = sessions_.find(session);
  if (at == sessions_.end()) return;
  const auto same = perAddress_.find(addressGroup(session->address()));
  if (same != perAddress_.end() && --same->second <= 0) perAddress_.erase(same);
  sessions_.erase(at);
}

void SignallingServer::shutDown(const LeaveNotice& notice) {
  shuttingDown_ = true;
  const auto sessions = sessions_;
  for (const auto& [key, session] : sessions)
    session->shutDown(notice);
}

}  // namespace tributary
