#include "base/seconds.h"
#include "protocol/text_rules.h"
#include "server/admin_api.h"
#include "server/body_reader.h"

namespace tributary {
namespace {

using http::Call;

/// A room that does not answer is listed without what only it knows.
constexpr std::chrono::milliseconds listDeadline{1000};
constexpr size_t metadataBytes = 4096;

/// `told` is the room's answer to `describe`, or null.
Json roomJson(const RoomInfo& info, const Json& told) {
  return Json::object({{"name", info.name},
                       {"profile", info.options.profile},
                       {"layout", told["layout"]},
                       {"video", told["video"]},
                       {"maxParticipants", info.options.maxParticipants},
                       {"emptyTimeout", inSeconds(info.options.emptyTimeout)},
                       {"departureTimeout", inSeconds(info.options.departureTimeout)},
                       {"metadata", info.options.metadata},
                       {"participants", static_cast<int64_t>(info.participants)},
                       {"recording", info.recording},
                       {"createdAt", info.createdAt}});
}

void readOptions(BodyReader& body, const ServerConfig& config, RoomOptions& options) {
  body.number("maxParticipants", options.maxParticipants, 1, config.limits.participantsPerRoom);
  body.seconds("emptyTimeout", options.emptyTimeout, 1, 86400);
  body.seconds("departureTimeout", options.departureTimeout, 0, 3600);
  body.text("metadata", options.metadata, metadataBytes);
}

void showRoom(const std::shared_ptr<Call>& call, RoomAdmin& rooms, const std::string& name, unsigned status) {
  rooms.request(name, "describe", Json::object(), listDeadline,
                [call, &rooms, name, status](const Result<Json>& told) {
                  const auto info = rooms.find(name);
                  if (!info) return call->fail({ErrorCode::notFound, "there is no room of that name"});
                  call->reply(status, roomJson(*info, told ? *told : Json()));
                });
}

void listRooms(const std::shared_ptr<Call>& call, RoomAdmin& rooms) {
  struct Listing {
    std::vector<Json> rooms;
    size_t missing = 1;
  };
  const auto listing = std::make_shared<Listing>();
  const auto arrived = [call, listing] {
    if (--listing->missing == 0) call->reply(Json::object({{"rooms", Json::array(listing->rooms)}}));
  };
  const auto infos = rooms.list();
  listing->rooms.resize(infos.size());
  listing->missing += infos.size();
  for (size_t i = 0; i < infos.size(); ++i) {
    rooms.request(infos[i].name, "describe", Json::object(), listDeadline,
                  [listing, arrived, i, info = infos[i]](const Result<Json>& told) {
                    listing->rooms[i] = roomJson(info, told ? *told : Json());
                    arrived();
                  });
  }
  arrived();
}

void createRoom(const std::shared_ptr<Call>& call, const ApiContext& context) {
  const auto json = call->json();
  if (!json) return call->fail(json.error());
  std::string name;
  RoomOptions options = RoomOptions::defaults(context.config);
  BodyReader body(*json);
  body.text("name", name, text::roomName);
  body.text("profile", options.profile, text::plainName);
  body.text("layout", options.layout, text::plainName);
  readOptions(body, context.config, options);
  if (const auto right = body.finish(); !right) return call->fail(right.error());
  if (name.empty()) return call->fail({ErrorCode::badRequest, "$.name: is missing"});
  context.rooms.create(name, options, [call, name, &rooms = context.rooms](const Result<void>& created) {
    if (!created) return call->fail(created.error());
    call->setHeader("Location", "/v1/rooms/" + name);
    showRoom(call, rooms, name, SOUP_STATUS_CREATED);
  });
}

void changeRoom(const std::shared_ptr<Call>& call, const ApiContext& context) {
  const std::string name = call->parameter("room");
  const auto json = call->json();
  if (!json) return call->fail(json.error());
  const auto info = context.rooms.find(name);
  if (!info) return call->fail({ErrorCode::notFound, "there is no room of that name"});
  RoomOptions options = info->options;
  BodyReader body(*json);
  readOptions(body, context.config, options);
  std::string layout;
  body.text("layout", layout, text::plainName);
  if (const auto right = body.finish(); !right) return call->fail(right.error());
  const auto update = [call, name, options, &rooms = context.rooms] {
    if (const auto updated = rooms.update(name, options); !updated) return call->fail(updated.error());
    showRoom(call, rooms, name, SOUP_STATUS_OK);
  };
  if (layout.empty()) return update();
  // First: what is refused changes nothing else.
  context.rooms.operate(name, message::SetLayout{layout, {}}, [call, update](const Result<Json>& done) {
    done ? update() : call->fail(done.error());
  });
}

}  // namespace

void addRoomRoutes(ApiRoutes& routes, ApiContext context) {
  routes.get("/v1/rooms", Grant::roomList,
             [&rooms = context.rooms](const auto& call) { listRooms(call, rooms); });
  routes.post("/v1/rooms", Grant::roomCreate, [context](const auto& call) { createRoom(call, context); });
  routes.get("/v1/rooms/{room}", Grant::roomAdmin, [&rooms = context.rooms](const auto& call) {
    showRoom(call, rooms, call->parameter("room"), SOUP_STATUS_OK);
  });
  routes.patch("/v1/rooms/{room}", Grant::roomAdmin,
               [context](const auto& call) { changeRoom(call, context); });
  routes.remove("/v1/rooms/{room}", Grant::roomAdmin, [&rooms = context.rooms](const auto& call) {
    rooms.remove(call->parameter("room"), [call](const Result<void>& removed) {
      if (!removed) return call->fail(removed.error());
      call->replyEmpty();
    });
  });
}

}  // namespace tributary
