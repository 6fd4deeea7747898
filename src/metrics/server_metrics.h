#pragma once

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "metrics/sample.h"

namespace tributary {

/// The server's own metrics, and the page that shows them with the rooms'. Thread: owner.
class ServerMetrics {
 public:
  explicit ServerMetrics(std::string_view version);

  /// The page in Prometheus text format 0.0.4. A room's sample with a name of the server's own is left out.
  std::string text(const std::vector<Sample>& rooms) const;

  static constexpr const char* contentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  prometheus::Registry registry_;

  prometheus::Gauge& gauge(const char* name, const char* help);
  prometheus::Counter& counter(const char* name, const char* help);

 public:
  prometheus::Gauge& rooms;
  prometheus::Gauge& participants;  ///< joined, or away and not yet given up
  prometheus::Gauge& sessions;      ///< open WebSockets
  prometheus::Gauge& cpuLoad;       ///< see RoomDirectory::cpuLoad()
  prometheus::Gauge& cpuHeadroom;   ///< see MachineLoad
  prometheus::Gauge& heapBytes;     ///< in use by the server itself
  prometheus::Gauge& recordingsActive;
  prometheus::Gauge& draining;
  prometheus::Histogram& joinDuration;  ///< seconds from `join` to `joined`
  prometheus::Counter& joins;
  prometheus::Counter& resumes;
  prometheus::Counter& messagesIn;
  prometheus::Counter& messagesOut;
  prometheus::Counter& roomRestarts;

  /// Counts an error reply by its code.
  void countError(ErrorCode code);

 private:
  prometheus::Family<prometheus::Counter>& errors_;
};

}  // namespace tributary
