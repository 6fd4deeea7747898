#include "loadgen/cpu_meter.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "metrics/process_stats.h"

namespace tributary::load {
namespace {

namespace fs = std::filesystem;

// Streaming threads bear the name of the pad that starts them, cut at 15 characters; the rest is named by
// its maker. First match wins.
constexpr std::array<std::pair<std::string_view, std::string_view>, 17> stageNames = {
    {{"rtpjitterbuffer", "decode"},  // out of the jitter buffer: depayload, decode, fit to the tile
     {"mix-video", "mix video"},     // draws the canvas
     {"mix-audio", "mix audio"},     // decodes microphones, mixes, encodes Opus
     {"canvas:", "encode"},          // the rendition: encode, payload, hand to viewers
     {"encode", "encode"},
     {"send-video", "send"},  // RTP session, SRTP, socket
     {"send-audio", "send"},
     {"queue", "receive"},    // webrtcbin's, behind the socket: SRTP, RTP session, jitter buffer
     {"gstnice", "ice"},      // libnice: sockets in, consent checks
     {"receive", "receive"},  // the room's, for all sockets
     {"nicesrc", "receive"},  // the socket
     {"rtpsession", "rtcp"},
     {"rtprtxqueue", "send"},
     {"gst-dtls", "dtls"},
     {"reaper", "control"},
     {"gmain", "control"},
     {"tributary", "control"}}};

std::string readLine(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

void readThreads(pid_t pid, CpuReading& out) {
  std::error_code error;
  const fs::path tasks = "/proc/" + std::to_string(pid) + "/task";
  for (auto it = fs::directory_iterator(tasks, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    // schedstat: nanoseconds on the CPU, first of three numbers; stat has only hundredths of a second.
    const double seconds = std::strtod(readLine(it->path() / "schedstat").c_str(), nullptr) * 1e-9;
    out.stages[std::string(stageOf(readLine(it->path() / "comm")))] += seconds;
    ++out.threads;
  }
}

void readMemory(pid_t pid, CpuReading& out) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/smaps_rollup");
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::string key;
    double kilobytes = 0;
    fields >> key >> kilobytes;
    if (key != "Rss:" && key != "Pss:") continue;
    out.memoryKnown = true;
    (key == "Rss:" ? out.residentBytes : out.proportionalBytes) += kilobytes * 1024;
  }
}

}  // namespace

std::string_view stageOf(std::string_view threadName) {
  for (const auto& [prefix, stage] : stageNames) {
    if (threadName.starts_with(prefix)) return stage;
  }
  return "other";
}

CpuReading readCpu(const std::vector<pid_t>& processes, bool withMemory) {
  CpuReading out;
  for (const pid_t pid : processes) {
    const auto stats = readProcessStats(pid);
    if (!stats) continue;
    out.seconds += stats->cpuSeconds;
    readThreads(pid, out);
    std::error_code error;
    for (auto it = fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd", error);
         !error && it != fs::directory_iterator(); it.increment(error)) {
      ++out.files;
    }
    if (withMemory) readMemory(pid, out);
  }
  double living = 0;
  for (const auto& [stage, seconds] : out.stages)
    living += seconds;
  out.stages["ended"] = std::max(0.0, out.seconds - living);
  return out;
}

std::vector<pid_t> processTree(pid_t root) {
  std::vector<pid_t> out{root};
  for (size_t i = 0; i < out.size(); ++i) {
    const std::string pid = std::to_string(out[i]);
    std::istringstream children(
        readLine(std::string("/proc/").append(pid).append("/task/").append(pid).append("/children")));
    for (pid_t child = 0; children >> child;)
      out.push_back(child);
  }
  return out;
}

double ownCpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace tributary::load
