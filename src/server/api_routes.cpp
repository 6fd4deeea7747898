#include "server/api_routes.h"

#include "base/log.h"
#include "protocol/text_rules.h"

namespace tributary {

void ApiRoutes::add(const char* method, const std::string& pattern, Grant grant, Handler handler,
                    size_t maxBody) {
  const bool hasRoom = pattern.find("{room}") != std::string::npos;
  http::Route route;
  route.method = method;
  route.pattern = pattern;
  route.maxBody = maxBody;
  route.guard = [&access = access_, grant, hasRoom](const http::Request& request) -> Result<void> {
    const std::string room = hasRoom ? request.parameter("room") : "";
    if (auto may = access.check(request, grant, room); !may) return may;
    if (hasRoom && !text::roomName(room)) return fail(ErrorCode::notFound, "no room has such a name");
    return {};
  };
  route.handle = [handler = std::move(handler)](const std::shared_ptr<http::Call>& call) {
    // Other sites' pages shall not have it, not even as an image.
    call->setHeader("Cross-Origin-Resource-Policy", "same-origin");
    if (call->method() != "GET" && call->method() != "HEAD") {
      log::info("api.called", {{"method", call->method()}, {"path", call->path()}});
    }
    handler(call);
  };
  server_.add(std::move(route));
}

}  // namespace tributary
