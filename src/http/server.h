#pragma once

#include <libsoup/soup.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "glib/object_ptr.h"
#include "http/call.h"
#include "http/listener.h"
#include "http/router.h"

namespace tributary::http {

/// The HTTP server: what every request must be like, and the way to routes, pages and WebSockets. One request
/// a connection, but for WebSockets. Thread: owner.
class Server {
 public:
  struct Settings {
    std::string host = "127.0.0.1";  ///< an IP address
    int port = 0;                    ///< 0: any free one
    bool localOnly = true;           ///< refuse requests whose Host is not this machine (checkLocalHost)
    std::vector<std::string> origins;
    std::vector<std::string> trustedProxies;
  };

  struct WebSocketEndpoint {
    std::string path;
    std::string subprotocol;
    /// Whether this handshake may go on; Origin and subprotocol have been looked at.
    std::function<Result<void>(SoupServerMessage*)> check;
    std::function<void(SoupServerMessage*, SoupWebsocketConnection*)> onOpen;
  };

  explicit Server(Settings settings);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Before listen().
  void add(Route route) { router_.add(std::move(route)); }
  void addWebSocket(WebSocketEndpoint endpoint);
  /// Answers GET and HEAD of a decoded path that no route has; false when there is no such page.
  void setPages(std::function<bool(SoupServerMessage*, std::string_view path)> pages) {
    pages_ = std::move(pages);
  }

  const Router& router() const { return router_; }

  /// Error `internal`, naming address and cause.
  Result<void> listen();
  /// The port, when Settings::port is 0.
  int port() const;

  /// The client's address, as far as proxies are trusted.
  std::string addressOf(SoupServerMessage* message) const;

 private:
  struct Static;  // libsoup's callbacks

  void admit(SoupServerMessage* message, const char* path);
  Result<void> checkRequest(SoupServerMessage* message) const;
  Result<void> checkBody(SoupServerMessage* message, size_t maxBody) const;
  Result<void> checkWebSocket(SoupServerMessage* message) const;
  Result<void> checkRoute(SoupServerMessage* message, const Router::Match& match) const;
  void refuse(SoupServerMessage* message, const char* path, const Error& error) const;
  void onRequest(SoupServerMessage* message, const char* path);

  Settings settings_;
  Router router_;
  std::optional<WebSocketEndpoint> webSocket_;
  std::function<bool(SoupServerMessage*, std::string_view path)> pages_;
  ObjectPtr<SoupServer> server_;
  GIOStream* accepting_ = nullptr;  ///< whose first message is being made
  Listener listener_;
};

}  // namespace tributary::http
