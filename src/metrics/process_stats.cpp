#include "metrics/process_stats.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace tributary {

std::optional<ProcessStats> readProcessStats(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return std::nullopt;
  // The command's name, in parentheses, may hold anything; fields are counted behind it (man 5 proc).
  const size_t behindName = text.rfind(')');
  if (behindName == std::string::npos) return std::nullopt;
  std::istringstream fields(text.substr(behindName + 1));
  std::string word;
  ProcessStats out;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  for (int field = 3; fields >> word; ++field) {
    const double value = std::strtod(word.c_str(), nullptr);
    if (field == 14 || field == 15) out.cpuSeconds += value / ticks;
    if (field == 20) out.threads = static_cast<int>(value);
    if (field == 24) out.residentBytes = value * static_cast<double>(sysconf(_SC_PAGESIZE));
  }
  return out;
}

std::vector<Sample> roomProcessSamples(pid_t pid) {
  const auto stats = readProcessStats(pid);
  if (!stats) return {};
  const auto sample = [](const char* name, Sample::Type type, double value) {
    Sample out;
    out.name = std::string("tributary_room_process_") + name;
    out.type = type;
    out.value = value;
    return out;
  };
  return {sample("cpu_seconds_total", Sample::Type::counter, stats->cpuSeconds),
          sample("resident_memory_bytes", Sample::Type::gauge, stats->residentBytes),
          sample("threads", Sample::Type::gauge, stats->threads)};
}

int countOpenFiles() {
  int count = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", ignored)) {
    count += entry.path().empty() ? 0 : 1;
  }
  return count;
}

}  // namespace tributary
