#include "server/web_socket.h"

namespace tributary {

WebSocket::WebSocket(SoupWebsocketConnection* connection, size_t maxBytes, unsigned pingSeconds)
    : connection_(ObjectPtr<SoupWebsocketConnection>::share(connection)) {
  soup_websocket_connection_set_max_incoming_payload_size(connection, maxBytes);
  soup_websocket_connection_set_keepalive_interval(connection, pingSeconds);
  message_ = {connection, g_signal_connect(connection, "message", G_CALLBACK(onMessage), this)};
  pong_ = {connection, g_signal_connect(connection, "pong", G_CALLBACK(onPong), this)};
  closed_ = {connection, g_signal_connect(connection, "closed", G_CALLBACK(onClosed), this)};
}

WebSocket::~WebSocket() {
  message_.disconnect();
  pong_.disconnect();
  closed_.disconnect();
  abort();
}

bool WebSocket::send(const std::string& text) {
  if (soup_websocket_connection_get_state(connection_.get()) != SOUP_WEBSOCKET_STATE_OPEN) return true;
  soup_websocket_connection_send_text(connection_.get(), text.c_str());
  unread_ += text.size();
  return unread_ <= maxUnread;
}

void WebSocket::close(uint16_t code, const std::string& reason) {
  if (soup_websocket_connection_get_state(connection_.get()) != SOUP_WEBSOCKET_STATE_OPEN) return;
  soup_websocket_connection_close(connection_.get(), code, reason.c_str());
}

void WebSocket::abort() {
  GIOStream* stream = soup_websocket_connection_get_io_stream(connection_.get());
  if (stream != nullptr) g_io_stream_close(stream, nullptr, nullptr);
}

void WebSocket::onMessage(SoupWebsocketConnection*, int type, GBytes* message, gpointer self) {
  const auto& handlers = static_cast<WebSocket*>(self)->handlers_;
  if (type == SOUP_WEBSOCKET_DATA_TEXT) {
    gsize size = 0;
    const auto* data = static_cast<const char*>(g_bytes_get_data(message, &size));
    if (handlers.onText) handlers.onText(std::string_view(data, size));
  } else if (handlers.onBinary) {
    handlers.onBinary();
  }
}

void WebSocket::onPong(SoupWebsocketConnection*, GBytes*, gpointer self) {
  auto* socket = static_cast<WebSocket*>(self);
  socket->unread_ = 0;
  if (socket->handlers_.onPong) socket->handlers_.onPong();
}

void WebSocket::onClosed(SoupWebsocketConnection* connection, gpointer self) {
  const uint16_t code = soup_websocket_connection_get_close_code(connection);
  const auto onClosed = static_cast<WebSocket*>(self)->handlers_.onClosed;
  if (onClosed) onClosed(code != 0 ? code : close_code::abnormal);
}

}  // namespace tributary
