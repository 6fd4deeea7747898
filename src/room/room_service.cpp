#include "room/room_service.h"

#include "base/log.h"

namespace tributary {

RoomService::RoomService(UniqueFd channel, std::function<void(const std::string&)> onEnd)
    : onEnd_(std::move(onEnd)) {
  Channel::Handlers handlers;
  handlers.onRequest = [this](const std::string& method, const Json& params, Reply reply) {
    handle(method, params, std::move(reply));
  };
  handlers.onEvent = [](const std::string& event, const Json&) {
    log::warning("channel.unknownEvent", {{"name", event}});
  };
  handlers.onClosed = [this](const std::string& reason) { end(reason); };
  channel_ = std::make_unique<Channel>(std::move(channel), std::move(handlers));
}

RoomService::~RoomService() {
  room_.reset();
  channel_.reset();
}

void RoomService::end(const std::string& reason) {
  if (const auto callback = std::exchange(onEnd_, nullptr)) callback(reason);
}

Result<Json> RoomService::configure(const Json& params) {
  if (room_) return fail(ErrorCode::badRequest, "the room is configured already");
  auto settings = parseRoomSettings(params);
  if (!settings) return tl::unexpected(settings.error());
  log::setProcessField("room", settings->room);
  Room::Outlet outlet;
  outlet.send = [this](const Json& to, const Json& message) {
    channel_->notify("send", Json::object({{"to", to}, {"message", message}}));
  };
  outlet.drop = [this](const std::string& session, const std::string& reason, const std::string& action) {
    channel_->notify("drop", Json::object({{"sessionId", session}, {"reason", reason}, {"action", action}}));
  };
  outlet.recording = [this](const Json& fields) { channel_->notify("recording", fields); };
  room_ = std::make_unique<Room>(std::move(*settings), std::move(outlet));
  log::info("room.ready");
  return Json::object();
}

void RoomService::handle(const std::string& method, const Json& params, Reply reply) {
  if (method == "configure") return reply(configure(params));
  if (method == "ping") return reply(Json::object({{"load", room_ ? room_->load() : 0.0}}));
  if (method == "stop") {
    reply(Json::object());
    return end("stop");
  }
  if (!room_) return reply(fail(ErrorCode::badRequest, "the first request must be configure"));
  if (method == "reconfigure") return reply(room_->reconfigure(params).map([] { return Json::object(); }));
  if (method == "join") return reply(room_->join(params));
  if (method == "leave") {
    room_->leave(params["sessionId"].stringOr(""), params["reason"].stringOr("") == "connectionLost");
    return reply(Json::object());
  }
  if (method == "client") {
    return room_->handle(params["sessionId"].stringOr(""), params["message"], std::move(reply));
  }
  if (method.ends_with("Recording") || method == "recordingPart") {
    return room_->record(method, params, channel_->takeFd(), std::move(reply));
  }
  if (Room::isAdminRequest(method)) {
    return room_->administer(method, params, channel_->takeFd(), std::move(reply));
  }
  if (method == "stats") return reply(room_->stats());
  reply(fail(ErrorCode::notFound, "no method '" + method + "'"));
}

}  // namespace tributary
