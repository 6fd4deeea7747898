#include "server/tributary_server.h"

#include "base/log.h"
#include "recordings/recording_name.h"
#include "server/session_api.h"

namespace tributary {
namespace {

/// Clients come back by themselves, with the resume token to a server that may know it no more.
const LeaveNotice goodbyeNotice{"serverShutdown", LeaveAction::resume, std::chrono::milliseconds(2000)};

/// For the close frames to go out once the rooms are gone.
constexpr std::chrono::milliseconds goodbyeTime{100};

/// For recordings to be finished; what takes longer is done at the next start.
constexpr std::chrono::seconds finishTime{3};

http::Server::Settings httpSettings(const ServerConfig& config) {
  return {config.listen.host, config.listen.port, isLoopback(config.listen.host), config.origins,
          config.trustedProxies};
}

Recordings::Settings recordingSettings(const ServerConfig& config) {
  const auto& wanted = config.recordings;
  return {wanted.folder.empty() ? config.stateDir + "/recordings" : wanted.folder,
          wanted.path,
          static_cast<int64_t>(wanted.minFreeSpace) << 20,
          wanted.stallTimeout,
          wanted.keyFrameInterval,
          wanted.resumeTimeout};
}

AfterRecording::Settings afterSettings(const ServerConfig& config) {
  const auto& s3 = config.recordings.s3;
  return {config.recordings.finishHook,
          {s3.endpoint, s3.bucket, s3.region, s3.accessKey, s3.secretKey,
           static_cast<int64_t>(s3.partSize) << 20},
          s3.prefix,
          s3.deleteLocal,
          recordingSettings(config).folder};
}

}  // namespace

Recordings::Callbacks TributaryServer::recordingCallbacks() {
  return {[this](const char* type, const Manifest& manifest) { webhooks_.send(type, manifest.brief()); },
          [this](const Manifest& manifest) { return afterRecording_.plan(manifest); },
          [this](const Manifest& manifest) { afterRecording_.onOver(manifest); }};
}

TributaryServer::TributaryServer(ServerConfig config)
    : config_(std::move(config)),
      metrics_(TRIBUTARY_VERSION),
      webhooks_({config_.webhooks.urls, config_.webhooks.secret}),
      recordings_(recordingSettings(config_), recordingCallbacks()),
      afterRecording_(recordings_, afterSettings(config_)),
      profiles_({config_.rooms.profilesDir, config_.rooms.program}),
      directory_(config_, metrics_, recordings_, profiles_),
      http_(httpSettings(config_)),
      files_("/tributary/web"),
      signalling_({config_, directory_, metrics_}, http_),
      status_({config_, directory_, metrics_, [this] { return busyWith(); },
               [this] { return signalling_.sessionCount(); }, [this] { return recordings_.activeCount(); }},
              http_),
      routes_(http_, access_),
      recordingApi_(recordings_, routes_) {
  access_.setPublic(!config_.origins.empty());
  http_.setPages(
      [this](SoupServerMessage* message, std::string_view path) { return files_.serve(message, path); });
  addAdminApi(routes_, {config_, directory_, svg_, profiles_});
  addSessionRoutes(routes_, access_);
}

std::string TributaryServer::busyWith() const {
  if (stopping_) return "shutting down";
  return directory_.draining() ? "draining" : "";
}

Result<void> TributaryServer::check(const ServerConfig& config) {
  AdminTokenAccess access;
  return check(config, access);
}

Result<void> TributaryServer::check(const ServerConfig& config, AdminTokenAccess& access) {
  std::string mistakes;
  const auto look = [&mistakes](const char* path, const Result<void>& right) {
    if (!right) mistakes += (mistakes.empty() ? "" : "\n") + (path + (": " + right.error().message));
  };
  look("$.recordings.path", checkPathPattern(config.recordings.path));
  if (!config.admin.tokenFile.empty()) look("$.admin.tokenFile", access.loadToken(config.admin.tokenFile));
  return mistakes.empty() ? Result<void>() : fail(ErrorCode::badRequest, mistakes);
}

Result<void> TributaryServer::start() {
  if (auto right = check(config_, access_); !right) return right;
  auto listening = http_.listen();
  if (listening) recordings_.open();
  if (listening) log::info("server.listening", {{"host", config_.listen.host}, {"port", port()}});
  return listening;
}

void TributaryServer::stop(std::function<void()> done) {
  if (std::exchange(stopping_, true)) return;
  log::info("server.stopping", {{"sessions", signalling_.sessionCount()}, {"rooms", directory_.roomCount()}});
  signalling_.shutDown(goodbyeNotice);
  directory_.close(goodbyeNotice, [this, done = std::move(done)] {
    recordings_.close(finishTime, [this, done] { goodbye_ = Timer::once(goodbyeTime, done); });
  });
}

}  // namespace tributary
