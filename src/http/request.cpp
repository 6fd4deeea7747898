#include "http/request.h"

#include <memory>

namespace tributary::http {
namespace {

std::string textOf(const GInetAddress* address) {
  const std::unique_ptr<char, GFree> text(g_inet_address_to_string(const_cast<GInetAddress*>(address)));
  return text.get();
}

GInetAddress* addressOf(SoupServerMessage* message) {
  GSocketAddress* address = soup_server_message_get_remote_address(message);
  if (address == nullptr || !G_IS_INET_SOCKET_ADDRESS(address)) return nullptr;
  return g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address));
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

std::string remoteAddress(SoupServerMessage* message) {
  const GInetAddress* address = addressOf(message);
  return address != nullptr ? textOf(address) : "unknown";
}

std::string Request::path() const {
  const char* raw = g_uri_get_path(soup_server_message_get_uri(message_.get()));
  const std::unique_ptr<char, GFree> decoded(g_uri_unescape_string(raw, nullptr));
  return decoded ? decoded.get() : raw;
}

std::string Request::query(const char* name) const {
  const char* query = g_uri_get_query(soup_server_message_get_uri(message_.get()));
  if (query == nullptr) return {};
  const std::unique_ptr<GHashTable, decltype(&g_hash_table_unref)> form(soup_form_decode(query),
                                                                        g_hash_table_unref);
  const auto* value = static_cast<const char*>(g_hash_table_lookup(form.get(), name));
  return value != nullptr ? value : "";
}

std::string_view Request::body() const {
  const SoupMessageBody* body = soup_server_message_get_request_body(message_.get());
  if (body->data == nullptr) return {};
  return {body->data, static_cast<size_t>(body->length)};
}

Result<Json> Request::json() const {
  if (body().empty()) return Json::object();
  auto json = Json::parse(body());
  if (!json) return fail(ErrorCode::badRequest, "the body must be a JSON object: " + json.error().message);
  if (!json->isObject()) return fail(ErrorCode::badRequest, "the body must be a JSON object");
  return json;
}

bool Request::isDirectAndLocal() const {
  if (!header("X-Forwarded-For").empty() || !header("Forwarded").empty() || !header("Via").empty()) {
    return false;
  }
  GInetAddress* address = addressOf(message_.get());
  return address != nullptr && g_inet_address_get_is_loopback(address);
}

}  // namespace tributary::http
