#include "server/session_api.h"

#include "http/call.h"

namespace tributary {
namespace {

using http::Call;

/// For the API's paths alone. Over https it goes over nothing else.
std::string cookieOf(const http::Request& request, const std::string& id, std::chrono::seconds lifetime) {
  const bool secure = request.header("X-Forwarded-Proto") == "https";
  return std::string(AdminTokenAccess::sessionCookie) + "=" + id +
         "; Path=/v1; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(lifetime.count()) +
         (secure ? "; Secure" : "");
}

void signIn(const std::shared_ptr<Call>& call, AdminTokenAccess& access) {
  if (access.needsToken()) {
    const std::string id = access.sessions().open(PageSessions::Clock::now());
    call->setHeader("Set-Cookie", cookieOf(*call, id, PageSessions::lifetime));
  }
  call->replyEmpty();
}

void signOut(const std::shared_ptr<Call>& call, AdminTokenAccess& access) {
  access.sessions().close(AdminTokenAccess::sessionOf(*call));
  call->setHeader("Set-Cookie", cookieOf(*call, "", std::chrono::seconds(0)));
  call->replyEmpty();
}

}  // namespace

void addSessionRoutes(ApiRoutes& routes, AdminTokenAccess& access) {
  const char* path = "/v1/session";
  routes.get(path, Grant::roomList, [&access](const auto& call) {
    call->reply(200, Json::object({{"signedIn", access.hasSession(*call)}}));
  });
  routes.post(path, Grant::server, [&access](const auto& call) { signIn(call, access); });
  routes.remove(path, Grant::roomList, [&access](const auto& call) { signOut(call, access); });
}

}  // namespace tributary
