#include "signalling_client.h"

namespace tributary::test {

std::shared_ptr<SignallingClient> SignallingClient::create(const std::string& url) {
  auto client = std::make_shared<SignallingClient>();
  client->url_ = url;
  client->session_ = soup_session_new();
  return client;
}

SignallingClient::~SignallingClient() {
  vanish();
}

void SignallingClient::join(const std::string& room, const std::string& name) {
  room_ = room;
  name_ = name;
  SoupMessage* message = soup_message_new("GET", (url_ + "/v1/ws").c_str());
  const char* protocols[] = {"tributary.v1", nullptr};
  soup_session_websocket_connect_async(
      session_, message, nullptr, const_cast<char**>(protocols), G_PRIORITY_DEFAULT, nullptr,
      [](GObject* source, GAsyncResult* result, gpointer data) {
        std::unique_ptr<std::weak_ptr<SignallingClient>> weak(
            static_cast<std::weak_ptr<SignallingClient>*>(data));
        GError* error = nullptr;
        SoupWebsocketConnection* connection =
            soup_session_websocket_connect_finish(SOUP_SESSION(source), result, &error);
        const auto self = weak->lock();
        if (connection != nullptr && self) self->onOpen(connection);
        if (connection == nullptr && self) self->closed_ = true;
        g_clear_error(&error);
      },
      new std::weak_ptr(weak_from_this()));
  g_object_unref(message);
}

void SignallingClient::onOpen(SoupWebsocketConnection* connection) {
  socket_ = connection;
  g_signal_connect(connection, "message",
                   G_CALLBACK(+[](SoupWebsocketConnection*, int, GBytes* bytes, gpointer data) {
                     gsize size = 0;
                     const auto* text = static_cast<const char*>(g_bytes_get_data(bytes, &size));
                     const auto json = Json::parse({text, size});
                     if (json) static_cast<SignallingClient*>(data)->onMessage(*json);
                   }),
                   this);
  g_signal_connect(connection, "closed", G_CALLBACK(+[](SoupWebsocketConnection*, gpointer data) {
                     static_cast<SignallingClient*>(data)->closed_ = true;
                   }),
                   this);
  send(Json::object({{"type", "join"}, {"id", 1}, {"room", room_}, {"name", name_}}));
}

void SignallingClient::send(const Json& message) {
  if (socket_ != nullptr && soup_websocket_connection_get_state(socket_) == SOUP_WEBSOCKET_STATE_OPEN) {
    soup_websocket_connection_send_text(socket_, message.dump().c_str());
  }
}

void SignallingClient::call(TestPeer::Options options) {
  peer_ = TestPeer::create(std::move(options));
  peer_->onOffer = [this](const std::string& sdp) {
    pendingOffer_ = sdp;
    if (joined_) send(Json::object({{"type", "offer"}, {"id", 2}, {"sdp", sdp}}));
  };
  peer_->onCandidate = [this](const std::string& candidate, unsigned mline) {
    send(Json::object({{"type", "candidate"}, {"candidate", candidate}, {"sdpMLineIndex", mline}}));
  };
  peer_->start();
}

void SignallingClient::onMessage(const Json& message) {
  messages_.push_back(message);
  const std::string type = message["type"].stringOr("");
  if (type == "joined") {
    joined_ = true;
    if (!pendingOffer_.empty()) send(Json::object({{"type", "offer"}, {"id", 2}, {"sdp", pendingOffer_}}));
  } else if (type == "answer" && peer_) {
    answered_ = true;
    peer_->setAnswer(message["sdp"].stringOr(""));
  } else if (type == "candidate" && peer_) {
    peer_->addCandidate(message["candidate"].stringOr(""),
                        static_cast<unsigned>(message["sdpMLineIndex"].integerOr(0)));
  }
}

void SignallingClient::leave() {
  send(Json::object({{"type", "leave"}, {"id", 99}}));
  if (peer_) peer_->stop();
}

void SignallingClient::vanish() {
  if (peer_) peer_->stop();
  peer_.reset();
  if (socket_ != nullptr) {
    g_signal_handlers_disconnect_by_data(socket_, this);
    GIOStream* stream = soup_websocket_connection_get_io_stream(socket_);
    if (stream != nullptr) g_io_stream_close(stream, nullptr, nullptr);
    g_object_unref(std::exchange(socket_, nullptr));
  }
  if (session_ != nullptr) g_object_unref(std::exchange(session_, nullptr));
}

Json SignallingClient::replyTo(int64_t id) const {
  for (const auto& message : messages_) {
    if (message["replyTo"].integer() == id) return message;
  }
  return {};
}

}  // namespace tributary::test
