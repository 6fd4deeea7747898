#pragma once

#include <functional>
#include <memory>
#include <string>

#include "glib/json.h"
#include "glib/object_ptr.h"

typedef struct _SoupSession SoupSession;
typedef struct _SoupWebsocketConnection SoupWebsocketConnection;

namespace tributary::load {

/// A client's WebSocket to the server (docs/protocol.md). Thread: owner.
class Signalling : public std::enable_shared_from_this<Signalling> {
 public:
  struct Callbacks {
    std::function<void()> onOpen;
    std::function<void(const Json& message)> onMessage;
    std::function<void(const std::string& why)> onClosed;  ///< also when it never opened
  };

  /// `url`: "http://host:port", or https.
  static std::shared_ptr<Signalling> open(const std::string& url, Callbacks callbacks);
  ~Signalling();

  /// Dropped unless the socket is open.
  void send(const Json& message);
  /// Cuts the connection without a word.
  void cut();

 private:
  Signalling() = default;
  void onOpen(SoupWebsocketConnection* connection);

  Callbacks callbacks_;
  ObjectPtr<SoupSession> session_;
  ObjectPtr<SoupWebsocketConnection> socket_;
};

}  // namespace tributary::load
