#include <gio/gio.h>

#include "server/admin_api.h"
#include "server/body_reader.h"

namespace tributary {
namespace {

using http::Call;

/// "webinar.json: $.canvas.width: must be even" → file, path, message.
Json mistakeJson(std::string_view line) {
  const size_t file = line.find(": $");
  const size_t path = file == std::string_view::npos ? file : line.find(": ", file + 2);
  if (path == std::string_view::npos) return Json::object({{"message", line}});
  return Json::object({{"file", line.substr(0, file)},
                       {"path", line.substr(file + 2, path - file - 2)},
                       {"message", line.substr(path + 2)}});
}

/// As the files are now; rooms keep the last right version of each.
Json profilesJson(const ProfileStore& profiles) {
  Json out = Json::array();
  for (const auto& profile : profiles.list()) {
    Json mistakes = Json::array();
    for (const auto& mistake : profile.mistakes)
      mistakes.push(mistakeJson(mistake));
    out.push(Json::object({{"name", profile.name},
                           {"description", profile.description},
                           {"valid", profile.valid},
                           {"mistakes", mistakes}}));
  }
  return Json::object({{"profiles", out}});
}

Json iceServersJson(const ServerConfig& config) {
  Json out = Json::array();
  for (const auto& server : config.iceServers)
    out.push(server.toJson());
  return Json::object({{"iceServers", out}});
}

void drain(const std::shared_ptr<Call>& call, RoomAdmin& rooms) {
  const auto json = call->json();
  if (!json) return call->fail(json.error());
  bool draining = true;
  BodyReader body(*json);
  body.flag("draining", draining);
  if (const auto right = body.finish(); !right) return call->fail(right.error());
  rooms.setDraining(draining);
  size_t people = 0;
  for (const auto& room : rooms.list())
    people += room.participants;
  call->reply(200, Json::object({{"draining", draining},
                                 {"rooms", static_cast<int64_t>(rooms.list().size())},
                                 {"participants", static_cast<int64_t>(people)}}));
}

}  // namespace

std::string_view openApiDocument() {
  // Of a resource that lives as long as the process.
  GBytes* bytes =
      g_resources_lookup_data("/tributary/api/openapi.json", G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr);
  if (bytes == nullptr) return {};
  gsize size = 0;
  const auto* data = static_cast<const char*>(g_bytes_get_data(bytes, &size));
  g_bytes_unref(bytes);
  return {data, size};
}

void addServerRoutes(ApiRoutes& routes, ApiContext context) {
  routes.get("/v1/profiles", Grant::server,
             [&profiles = context.profiles](const auto& call) { call->reply(200, profilesJson(profiles)); });
  routes.get("/v1/ice-servers", Grant::server,
             [&config = context.config](const auto& call) { call->reply(200, iceServersJson(config)); });
  routes.post("/v1/server/drain", Grant::server,
              [&rooms = context.rooms](const auto& call) { drain(call, rooms); });
  routes.get("/v1/openapi.json", Grant::roomList,
             [](const auto& call) { call->reply(200, "application/json", openApiDocument()); });
}

}  // namespace tributary
