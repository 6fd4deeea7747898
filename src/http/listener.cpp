#include "http/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "base/log.h"

namespace tributary::http {
namespace {

/// How long nobody is accepted after a failure: with no descriptor left the socket stays readable.
constexpr std::chrono::milliseconds afterFailure{100};

Result<void> open(GSocket* socket, GSocketAddress* address, const std::string& doing) {
  GError* error = nullptr;
  // An address is one family's: 0.0.0.0 may be listened on beside ::.
  const bool only6 = g_socket_get_family(socket) == G_SOCKET_FAMILY_IPV6;
  if (only6) g_socket_set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, TRUE, nullptr);
  if (!g_socket_bind(socket, address, TRUE, &error) || !g_socket_listen(socket, &error)) {
    return tl::unexpected(takeError(error, ErrorCode::internal, doing));
  }
  return {};
}

}  // namespace

Listener::~Listener() {
  unwatch();
}

Result<void> Listener::listen(const std::string& host, int port) {
  const auto address = ObjectPtr<GSocketAddress>::adopt(
      g_inet_socket_address_new_from_string(host.c_str(), static_cast<guint>(port)));
  const std::string doing = "cannot listen on " + host + ":" + std::to_string(port);
  if (!address) return fail(ErrorCode::internal, doing + ": not an IP address");
  GError* error = nullptr;
  auto socket = ObjectPtr<GSocket>::adopt(g_socket_new(
      g_socket_address_get_family(address.get()), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, &error));
  if (!socket) return tl::unexpected(takeError(error, ErrorCode::internal, doing));
  if (auto opened = open(socket.get(), address.get(), doing); !opened) return opened;
  g_socket_set_blocking(socket.get(), FALSE);
  socket_ = std::move(socket);
  watch();
  return {};
}

int Listener::port() const {
  if (!socket_) return 0;
  const auto address = ObjectPtr<GSocketAddress>::adopt(g_socket_get_local_address(socket_.get(), nullptr));
  return address ? g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(address.get())) : 0;
}

void Listener::watch() {
  source_ = g_socket_create_source(socket_.get(), G_IO_IN, nullptr);
  g_source_set_callback(source_, G_SOURCE_FUNC(+[](GSocket*, GIOCondition, gpointer self) -> gboolean {
                          return static_cast<Listener*>(self)->accept();
                        }),
                        this, nullptr);
  g_source_attach(source_, g_main_context_get_thread_default());
}

void Listener::unwatch() {
  if (source_ == nullptr) return;
  g_source_destroy(source_);
  g_source_unref(std::exchange(source_, nullptr));
}

/// false: the source is gone.
bool Listener::accept() {
  GError* error = nullptr;
  const auto socket = ObjectPtr<GSocket>::adopt(g_socket_accept(socket_.get(), nullptr, &error));
  if (!socket) {
    const bool nobody = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
    const std::string reason = takeError(error, ErrorCode::internal, "accept").message;
    if (nobody) return true;
    log::warning("http.acceptFailed", {{"reason", reason}});
    unwatch();
    pause_ = Timer::once(afterFailure, [this] { watch(); });
    return false;
  }
  const auto local = ObjectPtr<GSocketAddress>::adopt(g_socket_get_local_address(socket.get(), nullptr));
  const auto remote = ObjectPtr<GSocketAddress>::adopt(g_socket_get_remote_address(socket.get(), nullptr));
  if (!local || !remote) return true;
  g_socket_set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, TRUE, nullptr);
  const auto stream =
      ObjectPtr<GIOStream>::adopt(g_socket_connection_factory_create_connection(socket.get()));
  onConnection_(stream.get(), local.get(), remote.get());
  return true;
}

}  // namespace tributary::http
