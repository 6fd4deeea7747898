#include "server/http_reply.h"

#include "glib/json.h"
#include "server/request_check.h"

namespace tributary::http {
namespace {

/// connect-src names the host too: Safari's 'self' does not cover WebSockets.
std::string contentPolicy(std::string_view host) {
  std::string connect = "'self'";
  if (hostName(host)) connect += " ws://" + std::string(host) + " wss://" + std::string(host);
  return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
         "media-src 'self' blob: mediastream:; font-src 'self'; manifest-src 'self'; connect-src " +
         connect + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

}  // namespace

std::string_view header(SoupServerMessage* message, const char* name) {
  const char* value = soup_message_headers_get_list(soup_server_message_get_request_headers(message), name);
  return value != nullptr ? value : "";
}

int countHeader(SoupServerMessage* message, const char* name) {
  SoupMessageHeadersIter iter;
  soup_message_headers_iter_init(&iter, soup_server_message_get_request_headers(message));
  const char* key = nullptr;
  const char* value = nullptr;
  int count = 0;
  while (soup_message_headers_iter_next(&iter, &key, &value))
    count += g_ascii_strcasecmp(key, name) == 0;
  return count;
}

void addSecurityHeaders(SoupServerMessage* message) {
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  const auto set = [headers](const char* name, const char* value) {
    soup_message_headers_replace(headers, name, value);
  };
  set("Content-Security-Policy", contentPolicy(header(message, "Host")).c_str());
  set("X-Content-Type-Options", "nosniff");
  set("Referrer-Policy", "no-referrer");
  set("Cross-Origin-Opener-Policy", "same-origin");
  set("Permissions-Policy", "camera=(self), microphone=(self), display-capture=(self), geolocation=()");
}

void reply(SoupServerMessage* message, unsigned status, const char* contentType, std::string_view body) {
  addSecurityHeaders(message);
  soup_server_message_set_status(message, status, nullptr);
  soup_server_message_set_response(message, contentType, SOUP_MEMORY_COPY, body.data(), body.size());
}

void problem(SoupServerMessage* message, unsigned status, const Error& error) {
  const Json body = Json::object({{"type", "about:blank"},
                                  {"title", soup_status_get_phrase(status)},
                                  {"status", status},
                                  {"code", toString(error.code)},
                                  {"detail", error.message}});
  reply(message, status, "application/problem+json", body.dump());
}

}  // namespace tributary::http
