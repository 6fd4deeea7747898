#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "glib/json.h"
#include "protocol/client_message.h"
#include "supervisor/room_options.h"

namespace tributary {

/// What the server itself knows of a room; the rest the room's process tells (RoomAdmin::request).
struct RoomInfo {
  std::string name;
  RoomOptions options;
  std::string createdAt;    ///< RFC 3339
  size_t participants = 0;  ///< those away and not yet given up too
  pid_t pid = 0;            ///< 0: no process at the moment
  Json recording;           ///< the one that runs, or null
};

/// Rooms as operators see them, beside RoomDirectory, which is how clients do. Thread: owner. Callbacks are
/// called exactly once, perhaps before the call returns.
class RoomAdmin {
 public:
  using Done = std::function<void(const Result<void>&)>;
  using Bytes = std::function<void(const Result<std::string>&)>;
  using Answer = std::function<void(const Result<Json>&)>;

  virtual ~RoomAdmin() = default;

  /// Opens a room and waits until it is ready. Errors: conflict (there is one of that name), serverBusy,
  /// badRequest (what the profile or the layout has wrong), timeout, internal.
  virtual void create(const std::string& room, const RoomOptions& options, Done done) = 0;

  virtual std::vector<RoomInfo> list() const = 0;
  virtual std::optional<RoomInfo> find(const std::string& room) const = 0;

  /// New limits, timeouts and metadata; who is in the room stays. Error notFound.
  virtual Result<void> update(const std::string& room, const RoomOptions& options) = 0;

  /// Everybody is told `leave`; `done` when the process is gone. Error notFound.
  virtual void remove(const std::string& room, Done done) = 0;

  /// Asks the room's process (docs/room-channel.md). Errors: notFound (no such room), the room's own,
  /// timeout, internal.
  virtual void request(const std::string& room, const std::string& method, const Json& params,
                       std::chrono::milliseconds deadline, Answer answer) = 0;

  /// The same for answers that do not fit a frame: the bytes the room has written. Error tooLarge beyond
  /// `mostFetched`.
  virtual void fetch(const std::string& room, const std::string& method, const Json& params,
                     std::chrono::milliseconds deadline, Bytes done) = 0;
  static constexpr size_t mostFetched = 32 * 1024 * 1024;

  /// What a moderator could say, said by the operator. Errors as request().
  virtual void operate(const std::string& room, const ClientMessage& message, Answer answer) = 0;

  /// Draining: no new rooms; those there are go on, and take joins, until they are empty.
  virtual void setDraining(bool draining) = 0;
  virtual bool draining() const = 0;
};

}  // namespace tributary
