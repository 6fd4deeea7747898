#include "loadgen/signalling.h"

#include <libsoup/soup.h>

namespace tributary::load {

std::shared_ptr<Signalling> Signalling::open(const std::string& url, Callbacks callbacks) {
  std::shared_ptr<Signalling> out(new Signalling);
  out->callbacks_ = std::move(callbacks);
  out->session_ = ObjectPtr<SoupSession>::adopt(soup_session_new());
  const auto message = ObjectPtr<SoupMessage>::adopt(soup_message_new("GET", (url + "/v1/ws").c_str()));
  if (!message) {
    out->callbacks_.onClosed("'" + url + "' is no URL such as http://127.0.0.1:8080");
    return out;
  }
  const char* protocols[] = {"tributary.v1", nullptr};
  soup_session_websocket_connect_async(
      out->session_.get(), message.get(), nullptr, const_cast<char**>(protocols), G_PRIORITY_DEFAULT, nullptr,
      [](GObject* source, GAsyncResult* result, gpointer data) {
        const std::unique_ptr<std::weak_ptr<Signalling>> weak(static_cast<std::weak_ptr<Signalling>*>(data));
        GError* error = nullptr;
        auto connection = ObjectPtr<SoupWebsocketConnection>::adopt(
            soup_session_websocket_connect_finish(SOUP_SESSION(source), result, &error));
        const auto self = weak->lock();
        if (connection && self) self->onOpen(connection.get());
        if (!connection && self && self->callbacks_.onClosed) self->callbacks_.onClosed(error->message);
        g_clear_error(&error);
      },
      new std::weak_ptr(out->weak_from_this()));
  return out;
}

Signalling::~Signalling() {
  cut();
}

void Signalling::onOpen(SoupWebsocketConnection* connection) {
  socket_ = ObjectPtr<SoupWebsocketConnection>::share(connection);
  g_signal_connect(connection, "message",
                   G_CALLBACK(+[](SoupWebsocketConnection*, int, GBytes* bytes, Signalling* self) {
                     gsize size = 0;
                     const auto* text = static_cast<const char*>(g_bytes_get_data(bytes, &size));
                     const auto json = Json::parse({text, size});
                     if (json && self->callbacks_.onMessage) self->callbacks_.onMessage(*json);
                   }),
                   this);
  g_signal_connect(connection, "closed", G_CALLBACK(+[](SoupWebsocketConnection* socket, Signalling* self) {
                     const char* data = soup_websocket_connection_get_close_data(socket);
                     if (self->callbacks_.onClosed) self->callbacks_.onClosed(data != nullptr ? data : "");
                   }),
                   this);
  if (callbacks_.onOpen) callbacks_.onOpen();
}

void Signalling::send(const Json& message) {
  if (socket_ && soup_websocket_connection_get_state(socket_.get()) == SOUP_WEBSOCKET_STATE_OPEN) {
    soup_websocket_connection_send_text(socket_.get(), message.dump().c_str());
  }
}

void Signalling::cut() {
  if (socket_) {
    g_signal_handlers_disconnect_by_data(socket_.get(), this);
    GIOStream* stream = soup_websocket_connection_get_io_stream(socket_.get());
    if (stream != nullptr) g_io_stream_close(stream, nullptr, nullptr);
  }
  socket_.reset();
  session_.reset();
}

}  // namespace tributary::load
