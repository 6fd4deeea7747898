#include "server/signalling_server.h"

#include "base/heap.h"
#include "base/log.h"
#include "server/http_reply.h"
#include "server/request_check.h"

namespace tributary {
namespace {

constexpr const char* subprotocol = "tributary.v1";
constexpr const char* socketPath = "/v1/ws";
constexpr std::chrono::milliseconds metricsDeadline{1000};
/// Beyond this libsoup itself closes with 1009; between the limit and this the client is told `tooLarge`.
constexpr size_t payloadHeadroom = 4;

std::string remoteAddress(SoupServerMessage* message) {
  GSocketAddress* address = soup_server_message_get_remote_address(message);
  if (address == nullptr || !G_IS_INET_SOCKET_ADDRESS(address)) return "unknown";
  char* text = g_inet_address_to_string(g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address)));
  std::string out(text);
  g_free(text);
  return out;
}

unsigned statusOf(const Error& error) {
  switch (error.code) {
    case ErrorCode::forbidden:
      return SOUP_STATUS_FORBIDDEN;
    case ErrorCode::notFound:
      return SOUP_STATUS_NOT_FOUND;
    case ErrorCode::tooLarge:
      return SOUP_STATUS_REQUEST_ENTITY_TOO_LARGE;
    case ErrorCode::serverBusy:
      return SOUP_STATUS_SERVICE_UNAVAILABLE;
    default:
      return SOUP_STATUS_BAD_REQUEST;
  }
}

}  // namespace

struct SignallingServer::Static {
  static void started(SoupServer*, SoupServerMessage* message, gpointer) {
    // No page here takes a body: what comes is not kept.
    soup_message_body_set_accumulate(soup_server_message_get_request_body(message), FALSE);
  }
  static void early(SoupServer*, SoupServerMessage* message, const char* path, GHashTable*, gpointer self) {
    static_cast<SignallingServer*>(self)->admit(message, path);
  }
  static void request(SoupServer*, SoupServerMessage* message, const char* path, GHashTable*, gpointer self) {
    // libsoup 3.2 does not notice that an idle connection was closed by its client and keeps the socket for
    // good: one request a connection, then.
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "Connection", "close");
    static_cast<SignallingServer*>(self)->onRequest(message, path);
  }
  static void webSocket(SoupServer*, SoupServerMessage* message, const char*,
                        SoupWebsocketConnection* connection, gpointer self) {
    static_cast<SignallingServer*>(self)->onWebSocket(message, connection);
  }
};

SignallingServer::SignallingServer(SessionContext context, bool localOnly)
    : context_(context),
      localOnly_(localOnly),
      files_("/tributary/web"),
      self_(std::make_shared<SignallingServer*>(this)),
      server_(ObjectPtr<SoupServer>::adopt(soup_server_new(nullptr, nullptr))) {
  char* protocols[] = {const_cast<char*>(subprotocol), nullptr};
  g_signal_connect(server_.get(), "request-started", G_CALLBACK(Static::started), this);
  soup_server_add_early_handler(server_.get(), nullptr, Static::early, this, nullptr);
  soup_server_add_handler(server_.get(), nullptr, Static::request, this, nullptr);
  soup_server_add_early_handler(server_.get(), socketPath, Static::early, this, nullptr);
  soup_server_add_websocket_handler(server_.get(), socketPath, nullptr, protocols, Static::webSocket, this,
                                    nullptr);
}

SignallingServer::~SignallingServer() {
  self_.reset();
  soup_server_disconnect(server_.get());
  sessions_.clear();
}

Result<void> SignallingServer::listen() {
  const auto& listen = context_.config.listen;
  const auto address = ObjectPtr<GSocketAddress>::adopt(
      g_inet_socket_address_new_from_string(listen.host.c_str(), static_cast<guint>(listen.port)));
  const std::string doing = "cannot listen on " + listen.host + ":" + std::to_string(listen.port);
  if (!address) return fail(ErrorCode::internal, doing + ": not an IP address");
  GError* error = nullptr;
  if (!soup_server_listen(server_.get(), address.get(), SoupServerListenOptions(0), &error)) {
    return tl::unexpected(takeError(error, ErrorCode::internal, doing));
  }
  return {};
}

int SignallingServer::port() const {
  GSList* uris = soup_server_get_uris(server_.get());
  const int port = uris != nullptr ? g_uri_get_port(static_cast<GUri*>(uris->data)) : 0;
  g_slist_free_full(uris, reinterpret_cast<GDestroyNotify>(g_uri_unref));
  return port;
}

Result<void> SignallingServer::checkRequest(SoupServerMessage* message) const {
  const auto badRequest = [](const char* what) { return fail(ErrorCode::badRequest, what); };
  // Two of either are how requests are smuggled past a proxy (RFC 9112).
  if (http::countHeader(message, "Host") > 1) return badRequest("more than one Host header");
  if (http::countHeader(message, "Content-Length") > 1)
    return badRequest("more than one Content-Length header");
  const auto host = http::header(message, "Host");
  if (!hostName(host)) return badRequest("the Host header is missing or malformed");
  if (localOnly_) {
    if (auto local = checkLocalHost(host, context_.config.origins); !local) return local;
  }
  const auto length = http::header(message, "Content-Length");
  if ((!length.empty() && length != "0") || !http::header(message, "Transfer-Encoding").empty()) {
    return fail(ErrorCode::tooLarge, "a request here has no body");
  }
  return {};
}

Result<void> SignallingServer::checkWebSocket(SoupServerMessage* message) const {
  const auto& limits = context_.config.limits;
  if (!listHas(http::header(message, "Sec-WebSocket-Protocol"), subprotocol)) {
    return fail(ErrorCode::badRequest, "open a WebSocket here, with the subprotocol tributary.v1");
  }
  // Browsers always send Origin; what sends none is no browser, and no page can abuse it.
  const auto origin = http::header(message, "Origin");
  if (!origin.empty()) {
    if (auto allowed = checkOrigin(origin, http::header(message, "Host"), context_.config.origins);
        !allowed) {
      return allowed;
    }
  }
  if (shuttingDown_) return fail(ErrorCode::serverBusy, "the server is shutting down");
  if (sessions_.size() >= static_cast<size_t>(limits.sessions)) {
    return fail(ErrorCode::serverBusy, "the server has as many sessions as it takes; try again later");
  }
  const auto same = perAddress_.find(addressOf(message));
  if (same != perAddress_.end() && same->second >= limits.sessionsPerAddress) {
    return fail(ErrorCode::serverBusy, "your address has as many sessions as it may have");
  }
  return {};
}

/// Answers what must not pass; true for what may.
bool SignallingServer::admit(SoupServerMessage* message, const char* path) {
  auto checked = checkRequest(message);
  if (!checked) {
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "Connection", "close");
  }
  const std::string_view method = soup_server_message_get_method(message);
  if (checked && method != "GET" && method != "HEAD") {
    http::problem(message, SOUP_STATUS_METHOD_NOT_ALLOWED,
                  {ErrorCode::badRequest, "only GET and HEAD are taken here"});
    soup_message_headers_replace(soup_server_message_get_response_headers(message), "Allow", "GET, HEAD");
    return false;
  }
  if (checked && std::string_view(path) == socketPath) checked = checkWebSocket(message);
  if (checked) return true;
  log::info("http.refused",
            {{"path", path}, {"address", addressOf(message)}, {"reason", checked.error().message}});
  http::problem(message, statusOf(checked.error()), checked.error());
  return false;
}

void SignallingServer::onRequest(SoupServerMessage* message, std::string_view path) {
  if (path == "/healthz") return http::reply(message, SOUP_STATUS_OK, "text/plain; charset=utf-8", "ok\n");
  if (path == "/readyz") {
    const unsigned status = shuttingDown_ ? SOUP_STATUS_SERVICE_UNAVAILABLE : SOUP_STATUS_OK;
    return http::reply(message, status, "text/plain; charset=utf-8",
                       shuttingDown_ ? "shutting down\n" : "ready\n");
  }
  if (path == "/metrics") return showMetrics(message);
  if (files_.serve(message, path)) return;
  http::problem(message, SOUP_STATUS_NOT_FOUND, {ErrorCode::notFound, "there is no such page"});
}

bool SignallingServer::mayReadMetrics(SoupServerMessage* message) const {
  if (context_.config.metrics.open) return true;
  const bool proxied =
      !http::header(message, "X-Forwarded-For").empty() || !http::header(message, "Forwarded").empty();
  return !proxied && isLoopback(remoteAddress(message));
}

void SignallingServer::showMetrics(SoupServerMessage* message) {
  if (!mayReadMetrics(message)) {
    return http::problem(
        message, SOUP_STATUS_FORBIDDEN,
        {ErrorCode::forbidden, "metrics are shown to this machine only; see \"metrics.open\""});
  }
  updateGauges();
  soup_server_message_pause(message);
  const auto kept = ObjectPtr<SoupServerMessage>::share(message);
  const std::weak_ptr<SignallingServer*> weak = self_;
  context_.directory.collect(metricsDeadline, [weak, kept](const std::vector<Sample>& samples) {
    const auto self = weak.lock();
    // A client that went away meanwhile has no socket any more.
    if (!self || soup_server_message_get_socket(kept.get()) == nullptr) return;
    http::reply(kept.get(), SOUP_STATUS_OK, ServerMetrics::contentType,
                (*self)->context_.metrics.text(samples));
    soup_server_message_unpause(kept.get());
  });
}

void SignallingServer::updateGauges() {
  auto& metrics = context_.metrics;
  metrics.rooms.Set(static_cast<double>(context_.directory.roomCount()));
  metrics.participants.Set(static_cast<double>(context_.directory.participantCount()));
  metrics.sessions.Set(static_cast<double>(sessions_.size()));
  metrics.heapBytes.Set(heapBytesInUse());
}

std::string SignallingServer::addressOf(SoupServerMessage* message) const {
  return clientAddress(remoteAddress(message), http::header(message, "X-Forwarded-For"),
                       context_.config.trustedProxies);
}

void SignallingServer::onWebSocket(SoupServerMessage* message, SoupWebsocketConnection* connection) {
  const auto& limits = context_.config.limits;
  const std::string address = addressOf(message);
  const auto pingSeconds = std::chrono::duration_cast<std::chrono::seconds>(limits.pingInterval).count();
  auto socket =
      std::make_unique<WebSocket>(connection, static_cast<size_t>(limits.messageBytes) * payloadHeadroom,
                                  static_cast<unsigned>(std::max<long>(1, pingSeconds)));
  const auto key = std::make_shared<const SignallingSession*>(nullptr);
  const std::weak_ptr<SignallingServer*> weak = self_;
  const auto session = SignallingSession::open(context_, std::move(socket), address, [weak, key] {
    // Not at once: the session is what calls.
    main_context::post([weak, key] {
      if (const auto self = weak.lock()) (*self)->forget(*key);
    });
  });
  *key = session.get();
  sessions_.emplace(session.get(), session);
  ++perAddress_[address];
  log::debug("session.opened", {{"address", address}});
}

void SignallingServer::forget(const SignallingSession* session) {
  const auto at = sessions_.find(session);
  if (at == sessions_.end()) return;
  const auto same = perAddress_.find(session->address());
  if (same != perAddress_.end() && --same->second <= 0) perAddress_.erase(same);
  sessions_.erase(at);
}

void SignallingServer::shutDown(const LeaveNotice& notice) {
  shuttingDown_ = true;
  const auto sessions = sessions_;
  for (const auto& [key, session] : sessions)
    session->shutDown(notice);
}

}  // namespace tributary
