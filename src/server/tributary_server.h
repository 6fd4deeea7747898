#pragma once

#include <functional>
#include <memory>

#include "config/server_config.h"
#include "metrics/server_metrics.h"
#include "server/local_room_directory.h"
#include "server/signalling_server.h"

namespace tributary {

/// The whole server, wired. Thread: owner.
class TributaryServer {
 public:
  explicit TributaryServer(ServerConfig config);

  /// Error as SignallingServer::listen().
  Result<void> start();
  int port() const { return signalling_.port(); }

  /// Says goodbye to everybody and stops the rooms; `done` is called once, within rooms.stopTimeout and two
  /// seconds. Later calls do nothing.
  void stop(std::function<void()> done);

  LocalRoomDirectory& directory() { return directory_; }

 private:
  const ServerConfig config_;
  ServerMetrics metrics_;
  LocalRoomDirectory directory_;
  SignallingServer signalling_;
  bool stopping_ = false;
  Timer goodbye_;
};

}  // namespace tributary
