#include "server/admin_api.h"

namespace tributary {
namespace {

using http::Call;

/// A room that is well answers within milliseconds.
constexpr std::chrono::milliseconds describeDeadline{5000};

using Found = std::function<void(const Json& participant)>;

void findParticipant(const std::shared_ptr<Call>& call, RoomAdmin& rooms, Found found) {
  rooms.request(call->parameter("room"), "describe", Json::object(), describeDeadline,
                [call, found = std::move(found)](const Result<Json>& told) {
                  if (!told) return call->fail(told.error());
                  for (const auto& participant : (*told)["participants"].elements()) {
                    if (participant["identity"].string() == call->parameter("identity")) {
                      return found(participant);
                    }
                  }
                  call->fail({ErrorCode::notFound, "nobody in the room has that identity"});
                });
}

void showParticipant(const std::shared_ptr<Call>& call, RoomAdmin& rooms) {
  findParticipant(call, rooms, [call](const Json& participant) { call->reply(200, participant); });
}

/// The body's fields are those of the client message `moderate`, which checks them.
void moderate(const std::shared_ptr<Call>& call, RoomAdmin& rooms, Json message) {
  message.set("type", message::Moderate::type).set("identity", call->parameter("identity"));
  const auto parsed = parseClientMessage(message);
  if (!parsed) return call->fail(parsed.error());
  const bool removes = message["remove"].booleanOr(false);
  rooms.operate(call->parameter("room"), parsed->message, [call, &rooms, removes](const Result<Json>& done) {
    if (!done) return call->fail(done.error());
    if (removes) return call->replyEmpty();
    showParticipant(call, rooms);
  });
}

void changeParticipant(const std::shared_ptr<Call>& call, RoomAdmin& rooms) {
  const auto body = call->json();
  if (!body) return call->fail(body.error());
  Json message = Json::object();
  for (const char* key : {"name", "role", "audioMuted", "videoMuted", "screenShared"}) {
    if (body->has(key)) message.set(key, (*body)[key]);
  }
  moderate(call, rooms, message);
}

}  // namespace

void addParticipantRoutes(ApiRoutes& routes, ApiContext context) {
  const std::string all = "/v1/rooms/{room}/participants";
  const std::string one = all + "/{identity}";
  routes.get(all, Grant::roomAdmin, [&rooms = context.rooms](const auto& call) {
    rooms.request(call->parameter("room"), "describe", Json::object(), describeDeadline,
                  [call](const Result<Json>& told) {
                    if (!told) return call->fail(told.error());
                    call->reply(200, Json::object({{"participants", (*told)["participants"]}}));
                  });
  });
  routes.get(one, Grant::roomAdmin,
             [&rooms = context.rooms](const auto& call) { showParticipant(call, rooms); });
  routes.patch(one, Grant::roomAdmin,
               [&rooms = context.rooms](const auto& call) { changeParticipant(call, rooms); });
  routes.remove(one, Grant::roomAdmin, [&rooms = context.rooms](const auto& call) {
    moderate(call, rooms, Json::object({{"remove", true}}));
  });
}

}  // namespace tributary
