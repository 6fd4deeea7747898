#pragma once

#include <functional>
#include <memory>

#include "config/server_config.h"
#include "http/server.h"
#include "metrics/server_metrics.h"
#include "outbound/webhooks.h"
#include "recordings/after_recording.h"
#include "recordings/recordings.h"
#include "server/admin_api.h"
#include "server/api_access.h"
#include "server/local_room_directory.h"
#include "server/recording_api.h"
#include "server/signalling_server.h"
#include "server/static_files.h"
#include "server/status_pages.h"

namespace tributary {

/// The whole server, wired. Thread: owner.
class TributaryServer {
 public:
  explicit TributaryServer(ServerConfig config);

  /// What parseServerConfig() cannot see of the settings: files, names of recordings. Every mistake, a line
  /// each, with its JSON path.
  static Result<void> check(const ServerConfig& config);
  /// Errors as check() and http::Server::listen().
  Result<void> start();
  int port() const { return http_.port(); }

  /// Says goodbye to everybody, stops the rooms and finishes recordings; `done` is called once, within
  /// rooms.stopTimeout and five seconds. Later calls do nothing.
  void stop(std::function<void()> done);

  ProfileStore& profiles() { return profiles_; }
  LocalRoomDirectory& directory() { return directory_; }
  const http::Router& router() const { return http_.router(); }

 private:
  /// Leaves `access` with the token.
  static Result<void> check(const ServerConfig& config, AdminTokenAccess& access);
  std::string busyWith() const;
  Recordings::Callbacks recordingCallbacks();

  const ServerConfig config_;
  ServerMetrics metrics_;
  Webhooks webhooks_;
  Recordings recordings_;
  AfterRecording afterRecording_;
  ProfileStore profiles_;
  LocalRoomDirectory directory_;
  AdminTokenAccess access_;
  SvgRenderer svg_;
  http::Server http_;
  StaticFiles files_;
  SignallingServer signalling_;
  StatusPages status_;
  ApiRoutes routes_;
  RecordingApi recordingApi_;
  bool stopping_ = false;
  Timer goodbye_;
};

}  // namespace tributary
