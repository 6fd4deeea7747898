#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/main_context.h"
#include "base/token_bucket.h"
#include "config/server_config.h"
#include "metrics/server_metrics.h"
#include "protocol/client_message.h"
#include "protocol/server_message.h"
#include "server/room_directory.h"
#include "server/web_socket.h"

namespace tributary {

/// What sessions share; everything outlives them.
struct SessionContext {
  const ServerConfig& config;
  RoomDirectory& directory;
  ServerMetrics& metrics;
};

/// One client's WebSocket: connected → joining → joined → left, and back to connected when the room's process
/// died. Every message with an id gets one reply. Thread: owner.
class SignallingSession : public RoomClient, public std::enable_shared_from_this<SignallingSession> {
 public:
  /// `onEnded` is called once, from the main loop, when the session is over and may be let go.
  static std::shared_ptr<SignallingSession> open(SessionContext context, std::unique_ptr<WebSocket> socket,
                                                 std::string address, std::function<void()> onEnded);
  ~SignallingSession() override;

  void deliver(const Json& message) override;
  void unseat(const LeaveNotice& notice) override;

  /// The server shuts down: says `leave` and closes, whatever the state.
  void shutDown(const LeaveNotice& notice);

  const std::string& address() const { return address_; }

 private:
  using Clock = std::chrono::steady_clock;
  enum class State { connected, joining, joined, left };

  SignallingSession(SessionContext context, std::unique_ptr<WebSocket> socket, std::string address,
                    std::function<void()> onEnded);
  void listen();
  void onText(std::string_view text);
  bool withinRate(std::string_view frame);
  void dispatch(const ClientMessage& message, MessageId id);
  void handle(const message::Join& join, MessageId id);
  void handle(const message::Leave& leave, MessageId id);
  void handle(const message::Ping& ping, MessageId id);
  void relay(const ClientMessage& message, MessageId id);
  void joined(const std::string& sessionId, const Result<Joined>& result, MessageId id,
              Clock::time_point since);
  Json joinedMessage(const Joined& joined) const;
  void refuse(const Error& error, MessageId id);
  void send(const Json& message);
  void awaitJoin();
  void checkLiveness();
  void onClosed(uint16_t code);
  void depart(Departure departure);
  void finish(uint16_t code, const std::string& reason);
  void ended();

  SessionContext context_;
  std::unique_ptr<WebSocket> socket_;
  const std::string address_;
  std::function<void()> onEnded_;
  State state_ = State::connected;
  std::string id_;  ///< new at every join
  std::string room_;
  TokenBucket rate_;
  TokenBucket excess_;  ///< frames beyond the rate
  int inFlight_ = 0;    ///< relayed and not yet answered
  Clock::time_point lastHeard_ = Clock::now();
  Timer joinDeadline_;
  Timer liveness_;
  Timer closeDeadline_;
};

}  // namespace tributary
