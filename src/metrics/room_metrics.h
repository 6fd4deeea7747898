#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "metrics/sample.h"

namespace tributary {

/// The sums over all room processes. What a process counted stays counted after its end, so that counters
/// never go down. Thread: owner.
class RoomMetrics {
 public:
  using Process = uint64_t;

  /// The newest samples of a process in place of its earlier ones.
  void update(Process process, std::vector<Sample> samples) { current_[process] = std::move(samples); }

  /// Keeps the counters and histograms of a process that has ended; its gauges go.
  void end(Process process);

  std::vector<Sample> total() const;

 private:
  std::map<Process, std::vector<Sample>> current_;
  SampleSum ended_;
};

}  // namespace tributary
