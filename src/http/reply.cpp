#include "http/reply.h"

#include "glib/json.h"
#include "http/request.h"
#include "http/request_check.h"

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
  // libsoup would cut answers to it by itself; only files have ranges here (FileBody).
  soup_message_headers_remove(soup_server_message_get_request_headers(message), "Range");
  soup_server_message_set_status(message, status, nullptr);
  soup_server_message_set_response(message, contentType, SOUP_MEMORY_COPY, body.data(), body.size());
}

unsigned statusOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::badRequest:
    case ErrorCode::unsupportedCodec:
    case ErrorCode::invalidSdp:
      return SOUP_STATUS_BAD_REQUEST;
    case ErrorCode::unauthorized:
      return SOUP_STATUS_UNAUTHORIZED;
    case ErrorCode::forbidden:
      return SOUP_STATUS_FORBIDDEN;
    case ErrorCode::notFound:
      return SOUP_STATUS_NOT_FOUND;
    case ErrorCode::conflict:
    case ErrorCode::roomFull:
      return SOUP_STATUS_CONFLICT;
    case ErrorCode::tooLarge:
      return SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE;
    case ErrorCode::rateLimited:
      return 429;  // RFC 6585; libsoup has no name for it
    case ErrorCode::serverBusy:
      return SOUP_STATUS_SERVICE_UNAVAILABLE;
    case ErrorCode::timeout:
      return SOUP_STATUS_GATEWAY_TIMEOUT;
    case ErrorCode::internal:
      break;
  }
  return SOUP_STATUS_INTERNAL_SERVER_ERROR;
}

void problem(SoupServerMessage* message, const Error& error) {
  problem(message, statusOf(error.code), error);
}

void problem(SoupServerMessage* message, unsigned status, const Error& error) {
  const Json body = Json::object({{"type", "about:blank"},
                                  {"title", soup_status_get_phrase(status)},
                                  {"status", status},
                                  {"code", toString(error.code)},
                                  {"detail", error.message}});
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  soup_message_headers_replace(headers, "Cache-Control", "no-store");
  if (status == SOUP_STATUS_UNAUTHORIZED) {
    soup_message_headers_replace(headers, "WWW-Authenticate", "Bearer realm=\"tributary\"");
  }
  reply(message, status, "application/problem+json", body.dump());
}

}  // namespace tributary::http
