#pragma once

#include <functional>

#include "base/machine_load.h"
#include "config/server_config.h"
#include "http/server.h"
#include "metrics/server_metrics.h"
#include "server/room_directory.h"

namespace tributary {

/// `/healthz`, `/readyz` and `/metrics`: what probes, load balancers and Prometheus ask. Thread: owner.
class StatusPages {
 public:
  struct Context {
    const ServerConfig& config;
    RoomDirectory& directory;
    ServerMetrics& metrics;
    /// Why no new rooms should come here; empty while they may.
    std::function<std::string()> busyWith;
    std::function<size_t()> sessionCount;
    std::function<size_t()> recordingCount;
  };

  /// All of `context` and `http` outlive it.
  StatusPages(Context context, http::Server& http);

 private:
  void showReady(http::Call& call) const;
  void showMetrics(const std::shared_ptr<http::Call>& call);
  Result<void> mayReadMetrics(const http::Request& request) const;
  void updateGauges();

  Context context_;
  MachineLoad machine_;
};

}  // namespace tributary
