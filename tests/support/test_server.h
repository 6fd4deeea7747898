#pragma once

#include <libsoup/soup.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "glib/json.h"
#include "glib/object_ptr.h"
#include "server/tributary_server.h"
#include "support/http_client.h"
#include "support/loop_test.h"

namespace tributary {

/// A WebSocket client of libsoup's own, with an inbox.
class TestClient {
 public:
  /// Waits until the handshake is done or refused (isOpen()).
  explicit TestClient(int port, const std::string& origin = "", const char* protocol = "tributary.v1");
  ~TestClient();
  TestClient(TestClient&&) = delete;

  bool isOpen() const { return connection_ && !closed_; }
  const std::string& handshakeError() const { return error_; }

  void sendText(const std::string& text);
  void send(const Json& message) { sendText(message.dump()); }
  void sendBinary();
  /// Sends with a fresh id and waits for the one reply.
  Json request(Json message);
  /// Waits for the next message of a type; those before it are dropped.
  Json next(const std::string& type);
  /// Messages of a type that have come and were not taken.
  size_t waiting(const std::string& type) const;

  /// A join of `room`; the reply.
  Json join(const std::string& room, const std::string& name = "Ada", const std::string& resumeToken = "");

  void close(int code);
  /// Cuts the connection as a lost network would.
  void breakOff();
  /// Waits for the server's close; its code, or 1006 where there was none.
  int waitForClose();

 private:
  void wait(const std::string& what, const std::function<bool()>& condition);

  ObjectPtr<SoupSession> session_;
  ObjectPtr<SoupWebsocketConnection> connection_;
  std::string error_;
  bool connected_ = false;
  bool closed_ = false;
  std::deque<Json> inbox_;
  int lastId_ = 0;
};

/// A server on a free port with fake rooms. Adjust config_, then startServer().
class ServerTest : public LoopTest {
 protected:
  ServerTest();
  void TearDown() override;

  void startServer();
  int port() const { return server_->port(); }
  HttpAnswer raw(const std::string& text) { return sendRaw(port(), text); }
  HttpAnswer get(const std::string& path, const std::string& headers = "") {
    return ask(port(), "GET", path, headers);
  }
  void stopServer();

  ServerConfig config_;
  std::unique_ptr<TributaryServer> server_;
};

}  // namespace tributary
