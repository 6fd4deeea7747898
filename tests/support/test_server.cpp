#include "support/test_server.h"

namespace tributary {
namespace {

Json typed(const char* type) {
  return Json::object({{"type", type}});
}

}  // namespace

TestClient::TestClient(int port, const std::string& origin, const char* protocol)
    : session_(ObjectPtr<SoupSession>::adopt(soup_session_new())) {
  const std::string url = "ws://127.0.0.1:" + std::to_string(port) + "/v1/ws";
  const auto message = ObjectPtr<SoupMessage>::adopt(soup_message_new("GET", url.c_str()));
  char* protocols[] = {const_cast<char*>(protocol), nullptr};
  const auto connected = [](GObject* source, GAsyncResult* result, gpointer data) {
    auto* self = static_cast<TestClient*>(data);
    GError* error = nullptr;
    self->connection_ = ObjectPtr<SoupWebsocketConnection>::adopt(
        soup_session_websocket_connect_finish(SOUP_SESSION(source), result, &error));
    if (error != nullptr) self->error_ = error->message;
    g_clear_error(&error);
    self->connected_ = true;
  };
  soup_session_websocket_connect_async(
      session_.get(), message.get(), origin.empty() ? nullptr : origin.c_str(),
      protocol != nullptr ? protocols : nullptr, G_PRIORITY_DEFAULT, nullptr, connected, this);
  wait("the handshake", [this] { return connected_; });
  if (!connection_) return;
  soup_websocket_connection_set_max_incoming_payload_size(connection_.get(), 0);
  const auto onMessage = +[](SoupWebsocketConnection*, int, GBytes* bytes, gpointer data) {
    gsize size = 0;
    const auto* text = static_cast<const char*>(g_bytes_get_data(bytes, &size));
    static_cast<TestClient*>(data)->inbox_.push_back(*Json::parse(std::string_view(text, size)));
  };
  const auto onClosed =
      +[](SoupWebsocketConnection*, gpointer data) { static_cast<TestClient*>(data)->closed_ = true; };
  g_signal_connect(connection_.get(), "message", G_CALLBACK(onMessage), this);
  g_signal_connect(connection_.get(), "closed", G_CALLBACK(onClosed), this);
}

TestClient::~TestClient() {
  if (!connection_) return;
  g_signal_handlers_disconnect_by_data(connection_.get(), this);
  breakOff();
}

void TestClient::wait(const std::string& what, const std::function<bool()>& condition) {
  LoopTest::waitFor(what, condition);
}

void TestClient::sendText(const std::string& text) {
  soup_websocket_connection_send_text(connection_.get(), text.c_str());
}

void TestClient::sendBinary() {
  soup_websocket_connection_send_binary(connection_.get(), "ab", 2);
}

Json TestClient::request(Json message) {
  const int id = ++lastId_;
  send(message.set("id", id));
  Json reply;
  wait("the reply to " + message.dump(), [&] {
    const auto at = std::find_if(inbox_.begin(), inbox_.end(),
                                 [id](const Json& m) { return m["replyTo"].integer() == id; });
    if (at == inbox_.end()) return closed_;
    reply = *at;
    inbox_.erase(at);
    return true;
  });
  return reply;
}

Json TestClient::next(const std::string& type) {
  Json found;
  wait("a message " + type, [&] {
    while (found.isNull() && !inbox_.empty()) {
      if (inbox_.front()["type"].string() == type) found = inbox_.front();
      inbox_.pop_front();
    }
    return !found.isNull();
  });
  return found;
}

size_t TestClient::waiting(const std::string& type) const {
  return static_cast<size_t>(
      std::count_if(inbox_.begin(), inbox_.end(), [&](const Json& m) { return m["type"].string() == type; }));
}

Json TestClient::join(const std::string& room, const std::string& name, const std::string& resumeToken) {
  Json message = typed("join").set("room", room).set("name", name);
  if (!resumeToken.empty()) message.set("resumeToken", resumeToken);
  return request(message);
}

void TestClient::close(int code) {
  soup_websocket_connection_close(connection_.get(), static_cast<gushort>(code), nullptr);
}

void TestClient::breakOff() {
  GIOStream* stream = soup_websocket_connection_get_io_stream(connection_.get());
  if (stream != nullptr) g_io_stream_close(stream, nullptr, nullptr);
}

int TestClient::waitForClose() {
  wait("the close", [this] { return closed_; });
  const int code = soup_websocket_connection_get_close_code(connection_.get());
  return code != 0 ? code : 1006;
}

ServerTest::ServerTest() {
  const char* fake = std::getenv("FAKE_ROOM");
  config_.listen.port = 0;
  config_.rooms.program = fake != nullptr ? fake : "";
  config_.rooms.profilesDir = "/nonexistent";
  config_.rooms.spareProcesses = 0;
  config_.rooms.restartBackoffMin = std::chrono::milliseconds(20);
  config_.limits.messagesPerSecond = 1000;
  config_.limits.messageBurst = 10000;
}

void ServerTest::startServer() {
  server_ = std::make_unique<TributaryServer>(config_);
  const auto started = server_->start();
  ASSERT_TRUE(started) << started.error().message;
}

void ServerTest::stopServer() {
  bool stopped = false;
  server_->stop([&stopped] { stopped = true; });
  waitFor("the server's end", [&stopped] { return stopped; });
}

void ServerTest::TearDown() {
  server_.reset();
}

}  // namespace tributary
