#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "glib/json.h"

namespace tributary {

/// What the server itself says to clients (docs/protocol.md, "Server → client"); the rest comes from the
/// room process ready-made. Pure.

/// What a client does after `leave` (docs/protocol.md, "`leave` and coming back").
enum class LeaveAction { disconnect, resume, reconnect };

std::string_view toString(LeaveAction action);
/// `disconnect` for a name nobody knows: the safe one.
LeaveAction leaveActionFromString(std::string_view name);

struct LeaveNotice {
  std::string reason;
  LeaveAction action = LeaveAction::disconnect;
  std::optional<std::chrono::milliseconds> retryAfter;
};

using MessageId = std::optional<int64_t>;

Json leaveMessage(const LeaveNotice& notice);
Json errorMessage(const Error& error, MessageId replyTo);
Json okMessage(MessageId replyTo);
Json pongMessage(MessageId replyTo);

/// A copy of the object `message` with `replyTo` added, if there is one.
Json withReplyTo(const Json& message, MessageId replyTo);

}  // namespace tributary
