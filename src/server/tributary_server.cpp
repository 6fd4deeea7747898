#include "server/tributary_server.h"

#include "base/log.h"

namespace tributary {
namespace {

/// Clients come back by themselves, with the resume token to a server that may know it no more.
const LeaveNotice goodbyeNotice{"serverShutdown", LeaveAction::resume, std::chrono::milliseconds(2000)};

/// For the close frames to go out once the rooms are gone.
constexpr std::chrono::milliseconds goodbyeTime{100};

http::Server::Settings httpSettings(const ServerConfig& config) {
  return {config.listen.host, config.listen.port, isLoopback(config.listen.host), config.origins,
          config.trustedProxies};
}

}  // namespace

TributaryServer::TributaryServer(ServerConfig config)
    : config_(std::move(config)),
      metrics_(TRIBUTARY_VERSION),
      directory_(config_, metrics_),
      http_(httpSettings(config_)),
      files_("/tributary/web"),
      signalling_({config_, directory_, metrics_}, http_),
      status_({config_, directory_, metrics_, [this] { return busyWith(); },
               [this] { return signalling_.sessionCount(); }},
              http_) {
  http_.setPages(
      [this](SoupServerMessage* message, std::string_view path) { return files_.serve(message, path); });
}

std::string TributaryServer::busyWith() const {
  return stopping_ ? "shutting down" : "";
}

Result<void> TributaryServer::start() {
  auto listening = http_.listen();
  if (listening) log::info("server.listening", {{"host", config_.listen.host}, {"port", port()}});
  return listening;
}

void TributaryServer::stop(std::function<void()> done) {
  if (std::exchange(stopping_, true)) return;
  log::info("server.stopping", {{"sessions", signalling_.sessionCount()}, {"rooms", directory_.roomCount()}});
  signalling_.shutDown(goodbyeNotice);
  directory_.close(goodbyeNotice,
                   [this, done = std::move(done)] { goodbye_ = Timer::once(goodbyeTime, done); });
}

}  // namespace tributary
