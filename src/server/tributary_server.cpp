#include "server/tributary_server.h"

#include "base/log.h"

namespace tributary {
namespace {

/// Clients come back by themselves, with the resume token to a server that may know it no more.
const LeaveNotice goodbyeNotice{"serverShutdown", LeaveAction::resume, std::chrono::milliseconds(2000)};

/// For the close frames to go out once the rooms are gone.
constexpr std::chrono::milliseconds goodbyeTime{100};

}  // namespace

TributaryServer::TributaryServer(ServerConfig config)
    : config_(std::move(config)),
      metrics_(TRIBUTARY_VERSION),
      directory_(config_, metrics_),
      signalling_({config_, directory_, metrics_}, isLoopback(config_.listen.host)) {}

Result<void> TributaryServer::start() {
  auto listening = signalling_.listen();
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
