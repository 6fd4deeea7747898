#include "protocol/server_message.h"

#include <array>

namespace tributary {
namespace {

constexpr std::array<std::string_view, 3> actions = {"disconnect", "resume", "reconnect"};

Json reply(std::string_view type, MessageId replyTo) {
  return withReplyTo(Json::object({{"type", type}}), replyTo);
}

}  // namespace

std::string_view toString(LeaveAction action) {
  return actions.at(static_cast<size_t>(action));
}

LeaveAction leaveActionFromString(std::string_view name) {
  for (size_t i = 0; i < actions.size(); ++i) {
    if (actions[i] == name) return static_cast<LeaveAction>(i);
  }
  return LeaveAction::disconnect;
}

Json leaveMessage(const LeaveNotice& notice) {
  Json message =
      Json::object({{"type", "leave"}, {"reason", notice.reason}, {"action", toString(notice.action)}});
  if (notice.retryAfter) message.set("retryAfter", static_cast<double>(notice.retryAfter->count()) / 1000);
  return message;
}

Json errorMessage(const Error& error, MessageId replyTo) {
  return withReplyTo(
      Json::object({{"type", "error"}, {"code", toString(error.code)}, {"message", error.message}}), replyTo);
}

Json okMessage(MessageId replyTo) {
  return reply("ok", replyTo);
}

Json pongMessage(MessageId replyTo) {
  return reply("pong", replyTo);
}

Json withReplyTo(const Json& message, MessageId replyTo) {
  if (!replyTo) return message;
  Json out = Json::object();
  for (const auto& key : message.keys())
    out.set(key, message[key]);
  return out.set("replyTo", *replyTo);
}

}  // namespace tributary
