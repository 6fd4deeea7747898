#pragma once

#include <libsoup/soup.h>

#include <map>
#include <memory>
#include <string>

#include "config/server_config.h"
#include "http/server.h"
#include "server/signalling_session.h"

namespace tributary {

/// The WebSocket endpoint `/v1/ws`: who may open one, and the sessions there are. Thread: owner.
class SignallingServer {
 public:
  /// All of `context` and `http` outlive it.
  SignallingServer(SessionContext context, http::Server& http);
  ~SignallingServer();
  SignallingServer(const SignallingServer&) = delete;
  SignallingServer& operator=(const SignallingServer&) = delete;

  /// Takes no more connections, and says `notice` to those there are.
  void shutDown(const LeaveNotice& notice);
  size_t sessionCount() const { return sessions_.size(); }

 private:
  Result<void> mayOpen(SoupServerMessage* message) const;
  void onWebSocket(SoupServerMessage* message, SoupWebsocketConnection* connection);
  void forget(const SignallingSession* session);

  SessionContext context_;
  http::Server& http_;
  bool shuttingDown_ = false;
  std::map<const SignallingSession*, std::shared_ptr<SignallingSession>> sessions_;
  std::map<std::string, int> perAddress_;
  std::shared_ptr<SignallingServer*> self_;  ///< for callbacks that may come after destruction
};

}  // namespace tributary
