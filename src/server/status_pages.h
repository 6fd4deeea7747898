#pragma once

#include <functional>

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
  void showMetrics(const std::shared_ptr<http::Call>& call) const;
  Result<void> mayReadMetrics(const http::Request& request) const;
  void updateGauges() const;

  Context context_;
};

}  // namespace tributary
