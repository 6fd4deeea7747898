#include "ctl/api_client.h"

#include <algorithm>
#include <memory>
#include <vector>

namespace tributary::ctl {
namespace {

/// Longer than the server takes for anything.
constexpr guint timeoutSeconds = 60;
constexpr size_t pieceBytes = 256 * 1024;

std::string textOf(GBytes* bytes) {
  gsize size = 0;
  const auto* data = static_cast<const char*>(g_bytes_get_data(bytes, &size));
  return {data, size};
}

Error refusal(SoupMessage* message, const std::string& body) {
  const auto problem = Json::parse(body);
  const std::string detail = problem ? (*problem)["detail"].stringOr("") : "";
  if (!detail.empty()) {
    return {errorCodeFromString((*problem)["code"].stringOr("internal")), detail};
  }
  const char* reason = soup_message_get_reason_phrase(message);
  return {ErrorCode::internal, "the server answered " + std::to_string(soup_message_get_status(message)) +
                                   " " + (reason != nullptr ? reason : "")};
}

}  // namespace

ApiClient::ApiClient(std::string url, std::string token)
    : url_(std::move(url)),
      token_(std::move(token)),
      session_(
          ObjectPtr<SoupSession>::adopt(soup_session_new_with_options("timeout", timeoutSeconds, nullptr))) {
  while (url_.ends_with('/'))
    url_.pop_back();
}

Result<ObjectPtr<SoupMessage>> ApiClient::request(const char* method, const std::string& path) {
  auto message = ObjectPtr<SoupMessage>::adopt(soup_message_new(method, (url_ + path).c_str()));
  if (!message) return fail(ErrorCode::badRequest, "\"" + url_ + "\" must be like http://127.0.0.1:8080");
  // A token must not follow a redirect to somewhere else.
  soup_message_add_flags(message.get(), SOUP_MESSAGE_NO_REDIRECT);
  if (!token_.empty()) {
    soup_message_headers_replace(soup_message_get_request_headers(message.get()), "Authorization",
                                 ("Bearer " + token_).c_str());
  }
  return message;
}

Result<std::string> ApiClient::call(const char* method, const std::string& path, const Json& body) {
  const auto made = request(method, path);
  if (!made) return tl::unexpected(made.error());
  const auto& message = *made;
  if (!body.isNull()) {
    const std::string text = body.dump();
    GBytes* bytes = g_bytes_new(text.data(), text.size());
    soup_message_set_request_body_from_bytes(message.get(), "application/json", bytes);
    g_bytes_unref(bytes);
  }
  GError* error = nullptr;
  GBytes* answer = soup_session_send_and_read(session_.get(), message.get(), nullptr, &error);
  if (answer == nullptr) {
    return tl::unexpected(takeError(error, ErrorCode::internal, "no answer from " + url_));
  }
  std::string text = textOf(answer);
  g_bytes_unref(answer);
  if (SOUP_STATUS_IS_SUCCESSFUL(soup_message_get_status(message.get()))) return text;
  return tl::unexpected(refusal(message.get(), text));
}

Result<Json> ApiClient::json(const char* method, const std::string& path, const Json& body) {
  auto text = call(method, path, body);
  if (!text) return tl::unexpected(text.error());
  if (text->empty()) return Json();
  return Json::parse(*text);
}

Result<void> ApiClient::download(const std::string& path, int64_t from, const Sink& sink) {
  const auto message = request("GET", path);
  if (!message) return tl::unexpected(message.error());
  if (from > 0) {
    soup_message_headers_set_range(soup_message_get_request_headers(message->get()), from, -1);
  }
  GError* error = nullptr;
  const auto stream =
      ObjectPtr<GInputStream>::adopt(soup_session_send(session_.get(), message->get(), nullptr, &error));
  if (!stream) return tl::unexpected(takeError(error, ErrorCode::internal, "no answer from " + url_));
  const auto status = soup_message_get_status(message->get());
  if (from > 0 && SOUP_STATUS_IS_SUCCESSFUL(status) && status != SOUP_STATUS_PARTIAL_CONTENT) {
    return fail(ErrorCode::internal, "the server does not send the rest of a file alone");
  }
  std::string refused;
  std::vector<char> piece(pieceBytes);
  for (;;) {
    const gssize count = g_input_stream_read(stream.get(), piece.data(), piece.size(), nullptr, &error);
    if (count < 0) return tl::unexpected(takeError(error, ErrorCode::internal, "the download was cut off"));
    if (count == 0) break;
    const std::string_view got(piece.data(), static_cast<size_t>(count));
    if (!SOUP_STATUS_IS_SUCCESSFUL(status)) {
      refused += got.substr(0, pieceBytes - std::min(refused.size(), pieceBytes));
    } else if (auto taken = sink(got); !taken) {
      return taken;
    }
  }
  if (SOUP_STATUS_IS_SUCCESSFUL(status)) return {};
  return tl::unexpected(refusal(message->get(), refused));
}

std::string segment(const std::string& text) {
  const std::unique_ptr<char, GFree> escaped(g_uri_escape_string(text.c_str(), nullptr, FALSE));
  return escaped.get();
}

std::string roomPath(const std::string& room, const std::string& rest) {
  return "/v1/rooms/" + segment(room) + rest;
}

}  // namespace tributary::ctl
