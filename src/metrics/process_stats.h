#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "metrics/sample.h"

namespace tributary {

/// What /proc says of a process. Linux only; nullopt when it is gone.
struct ProcessStats {
  double cpuSeconds = 0;
  double residentBytes = 0;
  int threads = 0;
};

std::optional<ProcessStats> readProcessStats(pid_t pid);

/// The same as `tributary_room_process_…` samples: CPU seconds, resident bytes, threads.
std::vector<Sample> roomProcessSamples(pid_t pid);

/// Open file descriptors of this process.
int countOpenFiles();

}  // namespace tributary
