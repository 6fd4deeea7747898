#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "loadgen/load_report.h"

namespace tributary::load {
namespace {

__attribute__((format(printf, 1, 2))) std::string text(const char* format, ...) {
  char buffer[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(buffer, sizeof buffer, format, arguments);
  va_end(arguments);
  return buffer;
}

/// "–" where nothing was measured.
std::string whole(const Spread& spread, double Spread::*value) {
  return spread.count > 0 ? text("%.0f", spread.*value) : "–";
}

std::string failuresText(const std::vector<std::string>& failures) {
  constexpr size_t shown = 5;
  std::string out;
  for (size_t i = 0; i < std::min(shown, failures.size()); ++i)
    out += "failed:  " + failures[i] + "\n";
  if (failures.size() > shown) out += text("failed:  and %zu more\n", failures.size() - shown);
  return out;
}

std::string mediaText(const Totals& totals) {
  return text(
             "video:   %.1f fps (median), at least %.1f%% of frames, %llu freezes, longest gap %.0f ms, %.0f "
             "kbit/s\n",
             spreadOf(totals.fps).median, totals.worstShare * 100,
             static_cast<unsigned long long>(totals.freezes), spreadOf(totals.longest).max,
             spreadOf(totals.bitrates).median / 1000) +
         text("audio:   %llu gaps\n", static_cast<unsigned long long>(totals.audioGaps));
}

std::string voicesText(const LoadResult& result) {
  std::string out;
  for (const auto& peer : result.peers) {
    if (peer.receive != Receive::decode || !peer.error.empty()) continue;
    const Tones tones = tonesOf(peer);
    out += text("         %s heard %d of %d voices%s\n", peer.name.c_str(), tones.heard, tones.others,
                tones.own > -120 ? text(", its own at %.0f dBFS", tones.own).c_str() : "");
  }
  return out;
}

std::string latencyText(const LoadResult& result) {
  const Spread glass = spreadOf(latencies(result, true));
  const Spread server = spreadOf(latencies(result, false));
  return text("latency: server median %s ms, p95 %s; glass to glass median %s, p95 %s (%zu pictures)\n",
              whole(server, &Spread::median).c_str(), whole(server, &Spread::p95).c_str(),
              whole(glass, &Spread::median).c_str(), whole(glass, &Spread::p95).c_str(), glass.count);
}

std::string serverText(const LoadResult& result) {
  if (!result.serverCpu)
    return result.options.serverPid > 0 ? "server:  – (it ended, or a room of it)\n" : "";
  const CpuReading& server = result.serverAtEnd;
  const std::string memory = server.memoryKnown
                                 ? text("%.0f MB resident (%.0f proportional)",
                                        server.residentBytes / 1048576, server.proportionalBytes / 1048576)
                                 : "– MB";
  std::string out = text("server:  %.3f cores, %s, %d threads, %d files\n", *result.serverCpu, memory.c_str(),
                         server.threads, server.files);
  for (const auto& [stage, cores] : result.stages) {
    if (cores >= 0.0005) out += text("         %-10s %.3f\n", stage.c_str(), cores);
  }
  return out;
}

}  // namespace

std::string textReport(const LoadResult& result) {
  const Totals totals = totalsOf(result);
  const Spread joins = spreadOf(totals.joins);
  std::string out = text(
      "%zu peers (%d senders, %d viewers) for %.0f s, %zu failed; joined in %s ms (median), %s (worst)\n",
      result.peers.size(), result.options.senders, result.options.viewers, result.seconds,
      totals.failures.size(), whole(joins, &Spread::median).c_str(), whole(joins, &Spread::max).c_str());
  out += failuresText(totals.failures);
  if (totals.measured > 0) out += mediaText(totals);
  out += voicesText(result) + latencyText(result) + serverText(result);
  out += text("tool:    %.3f cores\n", result.ownCpu);
  if (result.skipped == 0) return out;
  return out + text("         it was late itself: %llu frames and packets of sound were not sent\n",
                    static_cast<unsigned long long>(result.skipped));
}

}  // namespace tributary::load
