#pragma once

#include "config/profile_store.h"
#include "config/server_config.h"
#include "server/api_routes.h"
#include "server/room_admin.h"
#include "server/svg_renderer.h"

namespace tributary {

/// What the API's handlers work with; all of it outlives the server's calls.
struct ApiContext {
  const ServerConfig& config;
  RoomAdmin& rooms;
  SvgRenderer& svg;
  ProfileStore& profiles;
};

/// The routes of the HTTP API (docs/api.md, openapi.json), a function and a file for each subject. Thread:
/// owner.
void addRoomRoutes(ApiRoutes& routes, ApiContext context);
void addParticipantRoutes(ApiRoutes& routes, ApiContext context);
void addPictureRoutes(ApiRoutes& routes, ApiContext context);
void addLayoutRoutes(ApiRoutes& routes, ApiContext context);
void addServerRoutes(ApiRoutes& routes, ApiContext context);

/// All of the above.
inline void addAdminApi(ApiRoutes& routes, const ApiContext& context) {
  addRoomRoutes(routes, context);
  addParticipantRoutes(routes, context);
  addPictureRoutes(routes, context);
  addLayoutRoutes(routes, context);
  addServerRoutes(routes, context);
}

/// The document behind /v1/openapi.json.
std::string_view openApiDocument();

}  // namespace tributary
