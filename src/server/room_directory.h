#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "glib/json.h"
#include "metrics/sample.h"
#include "protocol/client_message.h"
#include "protocol/server_message.h"

namespace tributary {

/// A client's connection as rooms see it. Thread: owner.
class RoomClient {
 public:
  virtual ~RoomClient() = default;
  /// Sends a message of the room.
  virtual void deliver(const Json& message) = 0;
  /// The client is out of the room: it is told `notice`; its session may join again where the action is
  /// `reconnect`, and ends else.
  virtual void unseat(const LeaveNotice& notice) = 0;
};

/// What the answer to `join` is made of.
struct Joined {
  std::string resumeToken;
  std::string identity;
  bool resumed = false;  ///< the room kept this participant and its PeerConnection
  /// The room's `participant`, `participants`, `layout`, `activeSpeakers`, `recording`, `capacity`,
  /// `features`.
  Json room;
};

enum class Departure { left, connectionLost };

std::string_view toString(Departure departure);

/// Where rooms are, and the way to them. Sessions know rooms by this interface only, so that rooms may one
/// day be on other machines. Thread: owner. Callbacks are called exactly once, perhaps before the call
/// returns.
class RoomDirectory {
 public:
  using JoinDone = std::function<void(Result<Joined>)>;
  /// The reply for the client; null means `ok`.
  using RelayDone = std::function<void(Result<Json>)>;

  virtual ~RoomDirectory() = default;

  /// Seats a client, starting the room where need be. `sessionId` is the caller's, and new. Errors: roomFull,
  /// serverBusy, timeout, internal.
  virtual void join(const std::string& sessionId, const message::Join& join, std::weak_ptr<RoomClient> client,
                    JoinDone done) = 0;

  /// Passes a checked message to the session's room. Errors: the room's own, notFound, timeout, internal.
  virtual void relay(const std::string& sessionId, const ClientMessage& message, RelayDone done) = 0;

  /// Ends a session that has joined or is joining; unknown ones are ignored. After `connectionLost` its
  /// resume token stays good for departureTimeout.
  virtual void leave(const std::string& sessionId, Departure departure) = 0;

  virtual size_t roomCount() const = 0;
  /// Those away and not yet given up too.
  virtual size_t participantCount() const = 0;
  /// Share of the machine's processors that the rooms used of late, 0 … 1.
  virtual double cpuLoad() const = 0;

  /// The rooms' metrics, as far as they answered within `deadline`.
  virtual void collect(std::chrono::milliseconds deadline,
                       std::function<void(const std::vector<Sample>&)> done) = 0;

  /// Tells every client `notice`, stops every room, takes no more joins. `done` is called when all are gone.
  virtual void close(const LeaveNotice& notice, std::function<void()> done) = 0;
};

}  // namespace tributary
