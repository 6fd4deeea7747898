#include "loadgen/load_report.h"

#include <algorithm>
#include <cmath>

namespace tributary::load {
namespace {

// A voice this loud in some second was heard; a mix's own noise is far below.
constexpr double audible = -50;  // dBFS

double rounded(double value, int digits) {
  const double factor = std::pow(10, digits);
  return std::round(value * factor) / factor;
}

Json spreadJson(const Spread& spread) {
  if (spread.count == 0) {
    return Json::object({{"count", 0}, {"median", {}}, {"p95", {}}, {"p99", {}}, {"max", {}}});
  }
  return Json::object({{"count", static_cast<int64_t>(spread.count)},
                       {"median", rounded(spread.median, 1)},
                       {"p95", rounded(spread.p95, 1)},
                       {"p99", rounded(spread.p99, 1)},
                       {"max", rounded(spread.max, 1)}});
}

double lossOf(const StreamMeter& meter) {
  const auto all = static_cast<double>(meter.packets + meter.lost);
  return all > 0 ? static_cast<double>(meter.lost) / all : 0;
}

Json optionsJson(const LoadOptions& o) {
  Json changes = Json::array();
  for (const auto& change : o.linkChanges)
    changes.push(Json::object({{"at", change.at}, {"kbits", change.kbits}}));
  return Json::object({{"url", o.url},
                       {"room", o.room},
                       {"senders", o.senders},
                       {"viewers", o.viewers},
                       {"probes", o.probes},
                       {"clocks", o.clocks},
                       {"people", o.people},
                       {"duration", o.seconds},
                       {"warmup", o.warmup},
                       {"joinRate", o.joinRate},
                       {"codec", o.camera.codec},
                       {"width", o.camera.width},
                       {"height", o.camera.height},
                       {"framerate", o.camera.framerate},
                       {"bitrate", o.camera.bitrate},
                       {"receive", nameOf(o.receive)},
                       {"expectFps", o.expectFps > 0 ? Json(o.expectFps) : Json()},
                       {"lossPercent", o.loss * 100},
                       {"delayMs", o.delayMs},
                       {"jitterMs", o.jitterMs},
                       {"linkKbits", o.linkKbits},
                       {"linkAt", changes},
                       {"limited", o.limited}});
}

Json cpuJson(const LoadResult& result) {
  Json stages = Json::object();
  for (const auto& [stage, cores] : result.stages) {
    if (cores >= 0.0005) stages.set(stage, rounded(cores, 4));
  }
  const CpuReading& server = result.serverAtEnd;
  const bool known = result.serverCpu.has_value();
  const auto megabytes = [&](double bytes) {
    return server.memoryKnown ? Json(rounded(bytes / 1048576, 1)) : Json();
  };
  return Json::object({{"serverCores", known ? Json(rounded(*result.serverCpu, 4)) : Json()},
                       {"serverStages", stages},
                       {"serverThreads", known ? Json(server.threads) : Json()},
                       {"serverFiles", known ? Json(server.files) : Json()},
                       {"serverResidentMB", megabytes(server.residentBytes)},
                       {"serverProportionalMB", megabytes(server.proportionalBytes)},
                       {"loadToolCores", rounded(result.ownCpu, 4)},
                       {"loadToolSkipped", static_cast<int64_t>(result.skipped)}});
}

Json peerJson(const LoadResult::Peer& peer, double seconds) {
  const PeerSummary summary = summaryOf(peer, seconds);
  const StreamMeter& video = peer.reading.video;
  Json resizes = Json::array();
  for (const auto& resize : video.resizes) {
    resizes.push(Json::object({{"at", rounded(resize.at - video.beganAt(), 2)}, {"height", resize.height}}));
  }
  Json out = Json::object(
      {{"name", peer.name},
       {"receive", nameOf(peer.receive)},
       {"joinSeconds", rounded(peer.joinSeconds, 3)},
       {"video", Json::object({{"frames", video.shown.frames},
                               {"expected", video.expectedFrames()},
                               {"framesPerSecond", rounded(summary.framesPerSecond, 2)},
                               {"freezes", video.shown.freezes},
                               {"frozenSeconds", rounded(video.shown.frozenSeconds, 3)},
                               {"longestGapMs", rounded(video.shown.longestGap * 1000, 1)},
                               {"keyFrames", video.keyFrames},
                               {"heights", resizes},
                               {"damagedFrames", video.damagedFrames},
                               {"bitrate", std::round(summary.bitrate)},
                               {"loss", rounded(summary.videoLoss, 5)}})},
       {"audio", Json::object({{"packets", peer.reading.audio.packets},
                               {"gaps", peer.reading.audio.shown.freezes},
                               {"longestGapMs", rounded(peer.reading.audio.shown.longestGap * 1000, 1)},
                               {"loss", rounded(summary.audioLoss, 5)}})}});
  if (!peer.error.empty()) out.set("error", peer.error);
  if (peer.receive == Receive::decode) {
    const Tones tones = tonesOf(peer);
    out.set("decoded", Json::object({{"frames", peer.reading.decoded.frames},
                                     {"freezes", peer.reading.decoded.freezes},
                                     {"width", peer.reading.width},
                                     {"height", peer.reading.height}}));
    out.set("tones", Json::object({{"voicesHeard", tones.heard},
                                   {"voices", tones.others},
                                   {"ownVoiceDb", rounded(tones.own, 1)}}));
  }
  return out;
}

}  // namespace

const char* nameOf(Receive receive) {
  return receive == Receive::count ? "count" : receive == Receive::full ? "full" : "decode";
}

Spread spreadOf(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    const auto index = static_cast<size_t>(std::lround(share * static_cast<double>(values.size() - 1)));
    return values[index];
  };
  return {values.size(), at(0.5), at(0.95), at(0.99), values.back()};
}

PeerSummary summaryOf(const LoadResult::Peer& peer, double seconds) {
  const StreamMeter& video = peer.reading.video;
  PeerSummary out;
  if (seconds <= 0) return out;
  const auto shown = static_cast<double>(video.shown.frames);
  const auto expected = static_cast<double>(video.expectedFrames());
  out.framesPerSecond = shown / seconds;
  out.framesShare = expected > 0 ? std::min(1.0, shown / expected) : 0;
  out.freezeShare = video.shown.frozenSeconds / seconds;
  out.bitrate = static_cast<double>(video.bytes) * 8 / seconds;
  out.videoLoss = lossOf(video);
  out.audioLoss = lossOf(peer.reading.audio);
  return out;
}

Tones tonesOf(const LoadResult::Peer& peer) {
  Tones out;
  for (const auto& [pitch, level] : peer.reading.tones.loudest()) {
    if (pitch == peer.ownPitch) {
      out.own = level;
      continue;
    }
    ++out.others;
    if (level > audible) ++out.heard;
  }
  return out;
}

Totals totalsOf(const LoadResult& result) {
  Totals out;
  for (const auto& peer : result.peers) {
    if (peer.joinSeconds > 0) out.joins.push_back(peer.joinSeconds * 1000);
    if (!peer.error.empty()) {
      out.failures.push_back(peer.name + ": " + peer.error);
      continue;
    }
    const PeerSummary summary = summaryOf(peer, result.seconds);
    ++out.measured;
    out.worstShare = std::min(out.worstShare, summary.framesShare);
    out.freezeShare += summary.freezeShare;
    out.freezes += peer.reading.video.shown.freezes;
    out.audioGaps += peer.reading.audio.shown.freezes;
    out.fps.push_back(summary.framesPerSecond);
    out.bitrates.push_back(summary.bitrate);
    out.longest.push_back(peer.reading.video.shown.longestGap * 1000);
  }
  if (out.measured > 0) out.freezeShare /= static_cast<double>(out.measured);
  return out;
}

std::vector<double> latencies(const LoadResult& result, bool glass) {
  std::vector<double> out;
  for (const auto& sample : result.latency) {
    const double value = glass ? sample.glass : sample.server;
    if (value >= 0) out.push_back(value);
  }
  return out;
}

Json jsonReport(const LoadResult& result) {
  const Totals totals = totalsOf(result);
  Json peers = Json::array();
  for (const auto& peer : result.peers)
    peers.push(peerJson(peer, result.seconds));
  Json moments = Json::array();
  for (const auto& moment : result.moments) {
    moments.push(Json::object({{"at", rounded(moment.at, 2)},
                               {"serverCores", result.serverCpu ? Json(rounded(moment.server, 3)) : Json()},
                               {"loadToolCores", rounded(moment.own, 3)},
                               {"framesPerSecond", rounded(moment.framesPerSecond, 2)}}));
  }
  return Json::object(
      {{"tool", "tributary-load"},
       {"version", TRIBUTARY_VERSION},
       {"startedAt", result.startedAt},
       {"machineCores", result.machineCores},
       {"seconds", rounded(result.seconds, 2)},
       {"options", optionsJson(result.options)},
       {"cpu", cpuJson(result)},
       {"video", Json::object({{"framesPerSecond", rounded(spreadOf(totals.fps).median, 2)},
                               {"worstFramesShare",
                                totals.measured > 0 ? Json(rounded(totals.worstShare, 4)) : Json()},
                               {"freezes", totals.freezes},
                               {"freezeShare", rounded(totals.freezeShare, 5)},
                               {"longestGapMs", rounded(spreadOf(totals.longest).max, 1)},
                               {"bitrate", std::round(spreadOf(totals.bitrates).median)}})},
       {"audio", Json::object({{"gaps", totals.audioGaps}})},
       {"failedPeers", static_cast<int64_t>(totals.failures.size())},
       {"joinMs", spreadJson(spreadOf(totals.joins))},
       {"latencyMs", Json::object({{"glassToGlass", spreadJson(spreadOf(latencies(result, true)))},
                                   {"server", spreadJson(spreadOf(latencies(result, false)))}})},
       {"relay", Json::object({{"forwarded", result.relay.forwarded},
                               {"lost", result.relay.lost},
                               {"dropped", result.relay.dropped}})},
       {"moments", moments},
       {"peers", peers}});
}

}  // namespace tributary::load
