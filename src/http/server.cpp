#include "http/server.h"

#include <algorithm>

#include "base/log.h"
#include "http/connection.h"
#include "http/reply.h"
#include "http/request_check.h"

namespace tributary::http {
namespace {

void setHeader(SoupServerMessage* message, const char* name, const char* value) {
  soup_message_headers_replace(soup_server_message_get_response_headers(message), name, value);
}

std::string listOf(std::vector<std::string> methods) {
  methods.emplace_back("OPTIONS");
  std::string out;
  for (const auto& method : methods)
    out += (out.empty() ? "" : ", ") + method;
  return out;
}

/// "application/json", whatever parameters follow.
bool isJson(std::string_view contentType) {
  const std::string type(contentType.substr(0, contentType.find(';')));
  return g_ascii_strncasecmp(type.c_str(), "application/json", 16) == 0 &&
         type.find_first_not_of(' ', 16) == std::string::npos;
}

/// nullopt: broken encoding, or not UTF-8.
std::optional<std::string> decodedPath(const char* raw) {
  const std::unique_ptr<char, GFree> path(g_uri_unescape_string(raw, nullptr));
  if (!path || !g_utf8_validate(path.get(), -1, nullptr)) return std::nullopt;
  return path.get();
}

}  // namespace

struct Server::Static {
  static void started(SoupServer*, SoupServerMessage* message, gpointer self) {
    // Within soup_server_accept_iostream(): with "Connection: close" each connection has one message.
    if (auto* stream = static_cast<Server*>(self)->accepting_) setConnection(message, stream);
    // What a refused request brings is not kept; checkRoute() lets a wanted body through.
    soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
  }
  static void early(SoupServer*, SoupServerMessage* message, const char* path, GHashTable*, gpointer self) {
    static_cast<Server*>(self)->admit(message, path);
  }
  static void request(SoupServer*, SoupServerMessage* message, const char* path, GHashTable*, gpointer self) {
    static_cast<Server*>(self)->onRequest(message, path);
  }
  static void webSocket(SoupServer*, SoupServerMessage* message, const char*,
                        SoupWebsocketConnection* connection, gpointer self) {
    static_cast<Server*>(self)->webSocket_->onOpen(message, connection);
  }
};

Server::Server(Settings settings)
    : settings_(std::move(settings)),
      // Raw paths: libsoup decodes before it looks for slashes, a router must do it after.
      server_(ObjectPtr<SoupServer>::adopt(soup_server_new("raw-paths", TRUE, nullptr))),
      listener_([this](GIOStream* stream, GSocketAddress* local, GSocketAddress* remote) {
        accepting_ = stream;
        soup_server_accept_iostream(server_.get(), stream, local, remote, nullptr);
        accepting_ = nullptr;
      }) {
  g_signal_connect(server_.get(), "request-started", G_CALLBACK(Static::started), this);
  soup_server_add_early_handler(server_.get(), nullptr, Static::early, this, nullptr);
  soup_server_add_handler(server_.get(), nullptr, Static::request, this, nullptr);
}

Server::~Server() {
  soup_server_disconnect(server_.get());
}

void Server::addWebSocket(WebSocketEndpoint endpoint) {
  webSocket_ = std::move(endpoint);
  char* protocols[] = {webSocket_->subprotocol.data(), nullptr};
  const char* path = webSocket_->path.c_str();
  soup_server_add_early_handler(server_.get(), path, Static::early, this, nullptr);
  soup_server_add_websocket_handler(server_.get(), path, nullptr, protocols, Static::webSocket, this,
                                    nullptr);
}

Result<void> Server::listen() {
  return listener_.listen(settings_.host, settings_.port);
}

int Server::port() const {
  return listener_.port();
}

std::string Server::addressOf(SoupServerMessage* message) const {
  return clientAddress(remoteAddress(message), header(message, "X-Forwarded-For"), settings_.trustedProxies);
}

/// What must hold of every request.
Result<void> Server::checkRequest(SoupServerMessage* message) const {
  const auto badRequest = [](const char* what) { return fail(ErrorCode::badRequest, what); };
  // Two of either are how requests are smuggled past a proxy (RFC 9112).
  if (countHeader(message, "Host") > 1) return badRequest("more than one Host header");
  if (countHeader(message, "Content-Length") > 1) return badRequest("more than one Content-Length header");
  const auto host = header(message, "Host");
  if (!hostName(host)) return badRequest("the Host header is missing or malformed");
  if (settings_.localOnly) return checkLocalHost(host, settings_.origins);
  return {};
}

Result<void> Server::checkBody(SoupServerMessage* message, size_t maxBody) const {
  if (!header(message, "Transfer-Encoding").empty()) {
    return fail(ErrorCode::tooLarge, maxBody > 0 ? "send the body with a Content-Length, not in chunks"
                                                 : "a request here has no body");
  }
  const std::string length(header(message, "Content-Length"));
  if (length.empty() || length == "0") return {};
  if (maxBody == 0) return fail(ErrorCode::tooLarge, "a request here has no body");
  guint64 bytes = 0;
  if (!g_ascii_string_to_unsigned(length.c_str(), 10, 0, maxBody, &bytes, nullptr)) {
    return fail(ErrorCode::tooLarge, "the body may be " + std::to_string(maxBody) + " bytes long");
  }
  if (!isJson(header(message, "Content-Type"))) {
    return fail(ErrorCode::badRequest, "the body must be JSON, with Content-Type: application/json");
  }
  return {};
}

Result<void> Server::checkWebSocket(SoupServerMessage* message) const {
  if (!listHas(header(message, "Sec-WebSocket-Protocol"), webSocket_->subprotocol)) {
    return fail(ErrorCode::badRequest,
                "open a WebSocket here, with the subprotocol " + webSocket_->subprotocol);
  }
  // Browsers always send Origin; what sends none is no browser, and no page can abuse it.
  const auto origin = header(message, "Origin");
  if (!origin.empty()) {
    if (auto allowed = checkOrigin(origin, header(message, "Host"), settings_.origins); !allowed) {
      return allowed;
    }
  }
  return webSocket_->check(message);
}

Result<void> Server::checkRoute(SoupServerMessage* message, const Router::Match& match) const {
  if (match.route->guard) {
    if (auto may = match.route->guard(Request(message, match.parameters)); !may) return may;
  }
  if (auto body = checkBody(message, match.route->maxBody); !body) return body;
  if (match.route->maxBody > 0) {
    soup_message_body_set_accumulate(soup_server_message_get_request_body(message), TRUE);
  }
  return {};
}

void Server::refuse(SoupServerMessage* message, const char* path, const Error& error) const {
  log::info("http.refused", {{"path", path}, {"address", addressOf(message)}, {"reason", error.message}});
  problem(message, error);
}

/// Answers what must not pass.
void Server::admit(SoupServerMessage* message, const char* path) {
  const std::string_view method = soup_server_message_get_method(message);
  const bool isSocket = webSocket_ && webSocket_->path == path;
  auto checked = checkRequest(message);
  // libsoup 3.2 does not notice that an idle connection was closed by its client and keeps the socket for
  // good: one request a connection, then.
  if (!checked || !isSocket) setHeader(message, "Connection", "close");
  if (!checked) return refuse(message, path, checked.error());
  const auto match = router_.find(method, path);
  if (match && match->route == nullptr) {
    setHeader(message, "Allow", listOf(match->allowed).c_str());
    if (method == "OPTIONS") return soup_server_message_set_status(message, SOUP_STATUS_NO_CONTENT, nullptr);
    return problem(message, SOUP_STATUS_METHOD_NOT_ALLOWED,
                   {ErrorCode::badRequest, "this takes " + listOf(match->allowed)});
  }
  checked = match ? checkRoute(message, *match) : checkBody(message, 0);
  if (checked && isSocket) checked = checkWebSocket(message);
  if (!checked) return refuse(message, path, checked.error());
  if (match || method == "GET" || method == "HEAD") return;
  setHeader(message, "Allow", "GET, HEAD");
  problem(message, SOUP_STATUS_METHOD_NOT_ALLOWED,
          {ErrorCode::badRequest, "only GET and HEAD are taken here"});
}

void Server::onRequest(SoupServerMessage* message, const char* path) {
  setHeader(message, "Connection", "close");
  const std::string_view method = soup_server_message_get_method(message);
  auto match = router_.find(method, path);
  if (match && match->route != nullptr)
    return Call::run(message, *match->route, std::move(match->parameters));
  const auto page = decodedPath(path);
  if (page && pages_ && pages_(message, *page)) return;
  problem(message, {ErrorCode::notFound, "there is no such page"});
}

}  // namespace tributary::http
