#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tributary {

/// CPU time of all cores since the start of the machine, in clock ticks, as the first line of /proc/stat has
/// it.
struct CpuTicks {
  uint64_t idle = 0;  ///< nothing to run, waiting for a disk, or used by what gives way (nice)
  uint64_t all = 0;
};

/// Pure. nullopt when the text does not begin with such a line.
std::optional<CpuTicks> parseCpuTicks(std::string_view procStat);

/// How busy the machine is. In a container that is the host: a quota of its own is not seen.
///
/// Thread: one.
class MachineLoad {
 public:
  MachineLoad();
  /// Share of all cores' time since the last call (at first: since construction) that somebody used, 0 … 1.
  /// The last answer again when no tick has passed.
  double busyShare();

 private:
  CpuTicks last_;
  double share_ = 0;
};

}  // namespace tributary
