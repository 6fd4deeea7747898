#pragma once

#include <libsoup/soup.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "glib/object_ptr.h"

namespace tributary {

/// Close codes this server sends (RFC 6455, section 7.4.1; docs/protocol.md).
namespace close_code {
constexpr uint16_t normal = 1000;
constexpr uint16_t goingAway = 1001;
constexpr uint16_t noStatus = 1005;
constexpr uint16_t abnormal = 1006;
constexpr uint16_t policy = 1008;
}  // namespace close_code

/// The server's end of a WebSocket. Thread: owner.
class WebSocket {
 public:
  struct Handlers {
    std::function<void(std::string_view text)> onText;
    std::function<void()> onBinary;
    std::function<void()> onPong;
    /// Once, with the other side's close code: 1005 when it gave none, 1006 when the connection broke. The
    /// WebSocket may be destroyed here.
    std::function<void(uint16_t code)> onClosed;
  };

  /// Between two pongs, 10 s apart, a session in a room of 50 is sent a few hundred KB at most.
  static constexpr size_t maxUnread = 8 * 1024 * 1024;

  /// `connection` is fresh from SoupServer. Messages above `maxBytes` end it with code 1009.
  WebSocket(SoupWebsocketConnection* connection, size_t maxBytes, unsigned pingSeconds);
  ~WebSocket();
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;

  void setHandlers(Handlers handlers) { handlers_ = std::move(handlers); }

  /// Does nothing once it is closing. False: the other side has not read for long, as no pong came back since
  /// maxUnread bytes; it should be let go.
  bool send(const std::string& text);
  /// What was sent before still goes out.
  void close(uint16_t code, const std::string& reason);
  /// Closes without waiting for the other side.
  void abort();

 private:
  static void onMessage(SoupWebsocketConnection*, int type, GBytes* message, gpointer self);
  static void onPong(SoupWebsocketConnection*, GBytes*, gpointer self);
  static void onClosed(SoupWebsocketConnection*, gpointer self);

  ObjectPtr<SoupWebsocketConnection> connection_;
  Handlers handlers_;
  size_t unread_ = 0;  ///< bytes sent since the last pong
  SignalConnection message_;
  SignalConnection pong_;
  SignalConnection closed_;
};

}  // namespace tributary
