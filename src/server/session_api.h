#pragma once

#include "server/api_routes.h"

namespace tributary {

/// /v1/session: a page signs in with the API's token and gets a cookie for it (HttpOnly, SameSite=Strict),
/// whose session is known to `access` from then on. Thread: owner.
void addSessionRoutes(ApiRoutes& routes, AdminTokenAccess& access);

}  // namespace tributary
