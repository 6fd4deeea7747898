// The requests that come from the HTTP API (docs/room-channel.md, "For operators").
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "protocol/client_message.h"
#include "room/message_handler.h"
#include "room/room.h"

namespace tributary {
namespace {

constexpr std::array<std::string_view, 6> methods = {"describe", "layout",   "operator",
                                                     "limits",   "snapshot", "pipeline"};

Result<Json> writeTo(const UniqueFd& file, std::string_view bytes) {
  const auto size = static_cast<int64_t>(bytes.size());
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return fail(ErrorCode::internal, "the answer could not be written");
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return Json::object({{"bytes", size}});
}

}  // namespace

bool Room::isAdminRequest(std::string_view method) {
  return std::ranges::find(methods, method) != methods.end();
}

void Room::administer(const std::string& method, const Json& params, UniqueFd file, Reply reply) {
  if (method == "describe") return reply(describe());
  if (method == "layout") return reply(layoutJson());
  if (method == "operator") return operate(params["message"], std::move(reply));
  if (method == "limits") return reply(setLimits(params));
  if (!file) return reply(fail(ErrorCode::badRequest, method + " needs a file to write to"));
  if (method == "snapshot") return snapshot(std::move(file), std::move(reply));
  reply(drawPipeline(params, std::move(file)));
}

Json Room::describe() const {
  const auto& canvas = settings_.profile.canvas;
  Json everybody = Json::array();
  for (const auto& person : people_)
    everybody.push(person->toJson());
  return Json::object(
      {{"layout", layoutJson()["layout"]},
       {"video",
        Json::object({{"width", canvas.width}, {"height", canvas.height}, {"framerate", canvas.framerate}})},
       {"participants", everybody}});
}

/// A client's message that nobody in the room has sent.
void Room::operate(const Json& message, Reply reply) {
  auto parsed = parseClientMessage(message);
  if (!parsed) return reply(tl::unexpected(parsed.error()));
  Participant person;
  person.role = "moderator";
  person.name = "Operator";
  std::visit(MessageHandler{*this, person, std::move(reply)}, parsed->message);
}

Result<Json> Room::setLimits(const Json& params) {
  const auto participants = params["participants"].integer();
  const auto departure = params["departureTimeout"].number();
  if (!participants || *participants < 1 || !departure || *departure < 0) {
    return fail(ErrorCode::badRequest, "limits needs participants and departureTimeout");
  }
  settings_.maxParticipants = static_cast<int>(*participants);
  settings_.departureTimeout = std::chrono::milliseconds(static_cast<int64_t>(*departure * 1000));
  return Json::object();
}

void Room::snapshot(UniqueFd file, Reply reply) {
  const auto pending = std::make_shared<std::pair<UniqueFd, Reply>>(std::move(file), std::move(reply));
  media_->requestSnapshot([pending](const Result<std::string>& jpeg) {
    auto& [out, answer] = *pending;
    answer(jpeg ? writeTo(out, *jpeg) : Result<Json>(tl::unexpected(jpeg.error())));
  });
}

Result<Json> Room::drawPipeline(const Json& params, UniqueFd file) {
  GraphWish wish;
  const std::string detail = params["detail"].stringOr("overview");
  if (detail != "overview" && detail != "full") {
    return fail(ErrorCode::badRequest, "detail must be overview or full");
  }
  wish.detail = detail == "full" ? PipelineGraph::Detail::full : PipelineGraph::Detail::overview;
  wish.participant = params["participant"].stringOr("");
  wish.title = "Room " + settings_.room;
  for (const auto& person : people_)
    wish.names[person->identity] = person->name;
  if (!wish.participant.empty() && !wish.names.contains(wish.participant)) {
    return fail(ErrorCode::notFound, "nobody in the room has the identity '" + wish.participant + "'");
  }
  return writeTo(file, media_->graph(wish));
}

}  // namespace tributary
