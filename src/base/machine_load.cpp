#include "base/machine_load.h"

#include <charconv>
#include <fstream>
#include <string>

namespace tributary {
namespace {

std::optional<CpuTicks> readCpuTicks() {
  std::ifstream file("/proc/stat");
  std::string line;
  std::getline(file, line);
  return parseCpuTicks(line);
}

}  // namespace

std::optional<CpuTicks> parseCpuTicks(std::string_view procStat) {
  // user nice system idle iowait irq softirq steal; what guests use is part of user (proc(5)).
  constexpr std::string_view prefix = "cpu ";
  constexpr size_t nice = 1;
  constexpr size_t idle = 3;
  constexpr size_t iowait = 4;
  if (!procStat.starts_with(prefix)) return std::nullopt;
  CpuTicks out;
  const char* at = procStat.data() + prefix.size();
  const char* end = procStat.data() + procStat.size();
  for (size_t field = 0; field < 8; ++field) {
    while (at != end && *at == ' ')
      ++at;
    uint64_t ticks = 0;
    const auto read = std::from_chars(at, end, ticks);
    if (read.ec != std::errc()) return std::nullopt;
    at = read.ptr;
    out.all += ticks;
    if (field == nice || field == idle || field == iowait) out.idle += ticks;
  }
  return out;
}

MachineLoad::MachineLoad() : last_(readCpuTicks().value_or(CpuTicks{})) {}

double MachineLoad::busyShare() {
  const auto now = readCpuTicks();
  if (!now || now->all <= last_.all) return share_;
  const auto passed = static_cast<double>(now->all - last_.all);
  const auto idle = now->idle > last_.idle ? static_cast<double>(now->idle - last_.idle) : 0;
  share_ = idle < passed ? 1 - idle / passed : 0;
  last_ = *now;
  return share_;
}

}  // namespace tributary
