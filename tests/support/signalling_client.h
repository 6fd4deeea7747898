#pragma once

#include <libsoup/soup.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "glib/json.h"
#include "test_peer.h"

namespace tributary::test {

/// A client of the real server: WebSocket signalling and, if asked, a webrtcbin peer. Thread: main loop.
class SignallingClient : public std::enable_shared_from_this<SignallingClient> {
 public:
  static std::shared_ptr<SignallingClient> create(const std::string& url);
  ~SignallingClient();

  /// Opens the socket and joins.
  void join(const std::string& room, const std::string& name);
  /// Starts the peer; its offer is sent once joined.
  void call(TestPeer::Options options);
  void send(const Json& message);
  /// Says goodbye.
  void leave();
  /// Vanishes: peer and socket are gone without a word.
  void vanish();

  bool joined() const { return joined_; }
  bool answered() const { return answered_; }
  bool closed() const { return closed_; }
  TestPeer* peer() const { return peer_.get(); }
  /// All that came, oldest first.
  const std::vector<Json>& messages() const { return messages_; }
  /// The reply to the message with that id, or null.
  Json replyTo(int64_t id) const;

 private:
  void onOpen(SoupWebsocketConnection* connection);
  void onMessage(const Json& message);

  std::string url_;
  SoupSession* session_ = nullptr;
  SoupWebsocketConnection* socket_ = nullptr;
  std::string room_;
  std::string name_;
  std::string pendingOffer_;
  bool joined_ = false;
  bool answered_ = false;
  bool closed_ = false;
  std::vector<Json> messages_;
  std::shared_ptr<TestPeer> peer_;
};

}  // namespace tributary::test
