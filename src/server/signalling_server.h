#pragma once

#include <libsoup/soup.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "config/server_config.h"
#include "glib/object_ptr.h"
#include "metrics/server_metrics.h"
#include "server/room_directory.h"
#include "server/signalling_session.h"
#include "server/static_files.h"

namespace tributary {

/// HTTP and WebSockets: the web client, `/v1/ws`, `/healthz`, `/readyz`, `/metrics`. Thread: owner.
class SignallingServer {
 public:
  /// All of `context` outlives it. `localOnly`: refuse requests whose Host is not this machine
  /// (checkLocalHost).
  SignallingServer(SessionContext context, bool localOnly);
  ~SignallingServer();
  SignallingServer(const SignallingServer&) = delete;
  SignallingServer& operator=(const SignallingServer&) = delete;

  /// Starts to listen at config.listen. Error `internal`, naming address and cause.
  Result<void> listen();
  /// The port, when config.listen.port is 0.
  int port() const;

  /// Takes no more connections, and says `notice` to those there are.
  void shutDown(const LeaveNotice& notice);
  size_t sessionCount() const { return sessions_.size(); }

 private:
  struct Static;  // libsoup's callbacks

  bool admit(SoupServerMessage* message, const char* path);
  Result<void> checkRequest(SoupServerMessage* message) const;
  Result<void> checkWebSocket(SoupServerMessage* message) const;
  void onRequest(SoupServerMessage* message, std::string_view path);
  void onWebSocket(SoupServerMessage* message, SoupWebsocketConnection* connection);
  void showMetrics(SoupServerMessage* message);
  bool mayReadMetrics(SoupServerMessage* message) const;
  std::string addressOf(SoupServerMessage* message) const;
  void forget(const SignallingSession* session);
  void updateGauges();

  SessionContext context_;
  const bool localOnly_;
  bool shuttingDown_ = false;
  StaticFiles files_;
  std::map<const SignallingSession*, std::shared_ptr<SignallingSession>> sessions_;
  std::map<std::string, int> perAddress_;
  std::shared_ptr<SignallingServer*> self_;  ///< for callbacks that may come after destruction
  ObjectPtr<SoupServer> server_;
};

}  // namespace tributary
