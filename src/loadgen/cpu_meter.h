#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tributary::load {

/// What a set of processes has used, by what their threads are for.
struct CpuReading {
  double seconds = 0;                    ///< CPU of all of it, threads that have ended included
  std::map<std::string, double> stages;  ///< seconds by stage; what no living thread accounts for is "ended"
  int threads = 0;
  int files = 0;
  double residentBytes = 0;
  double proportionalBytes = 0;  ///< shared memory counted by its share
  bool memoryKnown = false;      ///< false: not asked for, or no process's could be read
};

/// The part of the work that a thread of that name does, as docs/performance.md has them. Pure.
std::string_view stageOf(std::string_view threadName);

/// Reads /proc. Linux only; a process that is gone counts as nothing. `withMemory` adds the memory, which
/// makes the kernel walk page tables.
CpuReading readCpu(const std::vector<pid_t>& processes, bool withMemory);

/// The process and all below it.
std::vector<pid_t> processTree(pid_t root);

/// Seconds of CPU that the calling process has used.
double ownCpuSeconds();

}  // namespace tributary::load
