#include <algorithm>
#include <cmath>
#include <cstdio>

#include "loadgen/load_report.h"
#include "loadgen/svg.h"

namespace tributary::load {
namespace {

constexpr const char* head = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>tributary-load</title><style>
:root{color-scheme:light dark;--ink:#1b2430;--dim:#5c6875;--line:#d9dee4;--page:#fff;--card:#f5f7f9;--bar:#2f7fc1}
@media(prefers-color-scheme:dark){:root{--ink:#e6ebf0;--dim:#9aa7b4;--line:#333d48;--page:#12171d;--card:#1a212a;--bar:#5aa7e6}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--page);max-width:860px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem;margin:0 0 .2rem}h2{font-size:1.05rem;margin:2rem 0 .5rem}p{color:var(--dim);margin:.2rem 0 .8rem}
.figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:.6rem;margin:1rem 0}
.figures div{background:var(--card);border-radius:8px;padding:.6rem .8rem}.figures b{display:block;font-size:1.25rem}
.figures span{color:var(--dim);font-size:.85rem}svg{width:100%;height:auto;background:var(--card);border-radius:8px}
.tick{font:11px system-ui,sans-serif;fill:var(--dim)}.grid{stroke:var(--line);stroke-width:1}
table{border-collapse:collapse;width:100%;font-size:.85rem}th,td{text-align:right;padding:.25rem .5rem;border-bottom:1px solid var(--line)}
th:first-child,td:first-child{text-align:left}
</style></head><body>
)";

std::string fixed(double value, int digits) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

std::string measured(const Json& value, int digits, double factor = 1) {
  return value.isNull() ? "–" : fixed(value.numberOr(0) * factor, digits);
}

std::string figure(const std::string& value, const char* what) {
  return "<div><b>" + svg::escaped(value) + "</b><span>" + what + "</span></div>";
}

std::string section(const char* title, const char* sentence, const std::string& content) {
  return std::string("<h2>") + title + "</h2><p>" + sentence + "</p>" + content;
}

std::string figures(const Json& json) {
  const Json video = json["video"];
  const Json cpu = json["cpu"];
  const Json latency = json["latencyMs"];
  std::string out = "<div class=\"figures\">";
  out += figure(fixed(video["framesPerSecond"].numberOr(0), 1), "frames a second, median peer");
  out += figure(measured(video["worstFramesShare"], 1, 100) + " %", "of frames at the worst peer");
  out += figure(std::to_string(video["freezes"].integerOr(0)), "freezes");
  out += figure(std::to_string(json["audio"]["gaps"].integerOr(0)), "audio gaps");
  for (const auto& [key, what] : {std::pair("server", "server latency, median / p95"),
                                  std::pair("glassToGlass", "glass to glass, median / p95")}) {
    out +=
        figure(measured(latency[key]["median"], 0) + " / " + measured(latency[key]["p95"], 0) + " ms", what);
  }
  if (cpu["loadToolSkipped"].integerOr(0) > 0) {
    out += figure(std::to_string(cpu["loadToolSkipped"].integerOr(0)),
                  "frames that this tool was too late to send");
  }
  out += figure(measured(cpu["serverCores"], 2), "cores: server");
  out += figure(measured(cpu["loadToolCores"], 2), "cores: this tool");
  out += figure(measured(cpu["serverProportionalMB"], 0) + " MB", "server's memory (proportional)");
  out += figure(std::to_string(json["failedPeers"].integerOr(0)), "peers that failed");
  return out + "</div>";
}

std::string cpuOverTime(const LoadResult& result) {
  svg::Series server{"server", "#2f7fc1", {}, {}};
  svg::Series own{"this tool", "#9a8c5a", {}, {}};
  for (const auto& moment : result.moments) {
    server.x.push_back(moment.at);
    server.y.push_back(moment.server);
    own.x.push_back(moment.at);
    own.y.push_back(moment.own);
  }
  return svg::lines(result.serverCpu ? std::vector{server, own} : std::vector{own}, "seconds", "cores");
}

std::string stages(const LoadResult& result) {
  std::vector<svg::Bar> bars;
  for (const auto& [stage, cores] : result.stages) {
    if (cores >= 0.0005) bars.push_back({stage, std::round(cores * 10'000) / 10'000});
  }
  std::ranges::sort(bars, std::greater{}, &svg::Bar::value);
  return svg::bars(bars, "cores");
}

std::string latency(const LoadResult& result) {
  svg::Series glass{"glass to glass", "#c1662f", {}, {}};
  svg::Series server{"server", "#2f7fc1", {}, {}};
  std::vector<double> all;
  for (const auto& sample : result.latency) {
    if (sample.glass >= 0) glass.y.push_back(sample.glass);
    if (sample.server >= 0) server.y.push_back(sample.server);
  }
  const double end = std::max(50.0, std::ceil(spreadOf(glass.y).p99 * 1.2 / 50) * 50);
  return svg::histogram({server, glass}, end, 60, "ms; the last bar has all beyond");
}

std::string latencyOverTime(const LoadResult& result) {
  svg::Series glass{"glass to glass", "#c1662f", {}, {}};
  svg::Series server{"server", "#2f7fc1", {}, {}};
  const auto begin = result.latencyFrom;
  for (const auto& sample : result.latency) {
    const double at = static_cast<double>(sample.at - begin) * 1e-9;
    if (sample.glass >= 0) glass.x.push_back(at), glass.y.push_back(sample.glass);
    if (sample.server >= 0) server.x.push_back(at), server.y.push_back(sample.server);
  }
  return svg::lines({server, glass}, "seconds", "ms");
}

std::string freezeMap(const LoadResult& result) {
  std::vector<svg::Row> rows;
  for (const auto& peer : result.peers)
    rows.push_back({peer.name, peer.reading.video.shown.gapBySecond});
  return svg::heat(rows, 0.06F, 0.4F);
}

std::string peers(const LoadResult& result) {
  std::string out =
      "<table><tr><th>peer</th><th>join ms</th><th>fps</th><th>frames %</th><th>freezes</th><th>longest gap "
      "ms</th><th>kbit/s</th><th>loss %</th><th>audio gaps</th></tr>";
  for (const auto& peer : result.peers) {
    const PeerSummary summary = summaryOf(peer, result.seconds);
    out += "<tr><td>" + svg::escaped(peer.name + (peer.error.empty() ? "" : ": " + peer.error)) + "</td>";
    for (const auto& cell :
         {peer.joinSeconds > 0 ? fixed(peer.joinSeconds * 1000, 0) : "–", fixed(summary.framesPerSecond, 1),
          fixed(summary.framesShare * 100, 1), std::to_string(peer.reading.video.shown.freezes),
          fixed(peer.reading.video.shown.longestGap * 1000, 0), fixed(summary.bitrate / 1000, 0),
          fixed(summary.videoLoss * 100, 2), std::to_string(peer.reading.audio.shown.freezes)}) {
      out += "<td>" + cell + "</td>";
    }
    out += "</tr>";
  }
  return out + "</table>";
}

std::string linkOf(int kbits) {
  return kbits > 0 ? std::to_string(kbits) + " kbit/s" : "without limit";
}

std::string mediaOf(const LoadOptions& o) {
  return o.camera.codec + " " + std::to_string(o.camera.width) + "x" + std::to_string(o.camera.height) +
         " at " + std::to_string(o.camera.framerate) + " fps, " + std::to_string(o.camera.bitrate / 1000) +
         " kbit/s a camera, " + std::to_string(o.people) + " faces, " + std::to_string(o.clocks) +
         " with a clock";
}

std::string peersOf(const LoadOptions& o) {
  return std::to_string(o.probes) + " peers decode, the others: " + nameOf(o.receive) + "; joined " +
         fixed(o.joinRate, 1) + " a second, then " + fixed(o.warmup, 0) + " s of warm-up; frames expected: " +
         (o.expectFps > 0 ? fixed(o.expectFps, 1) + " a second"
                          : "at the commonest distance of those that came");
}

std::string relayOf(const LoadOptions& o) {
  std::string out = "relay: " + fixed(o.loss * 100, 1) + "% loss, " + fixed(o.delayMs, 0) + " ms delay, " +
                    fixed(o.jitterMs, 0) + " ms jitter, link " + linkOf(o.linkKbits);
  for (const auto& change : o.linkChanges)
    out += ", " + linkOf(change.kbits) + " after " + fixed(change.at, 0) + " s";
  return out + (o.limited > 0 ? " for the last " + std::to_string(o.limited) + " peers" : " for all");
}

}  // namespace

std::string htmlReport(const LoadResult& result) {
  const LoadOptions& o = result.options;
  std::string out = head;
  out += "<h1>" + std::to_string(o.senders) + " senders, " + std::to_string(o.viewers) + " viewers</h1><p>" +
         svg::escaped(mediaOf(o) + "; " + o.url + ", room " + o.room + "; " + fixed(result.seconds, 0) +
                      " s from " + result.startedAt + ", on a machine of " +
                      std::to_string(result.machineCores) + " cores") +
         "</p><p>" + svg::escaped(peersOf(o)) + (o.needsRelay() ? svg::escaped("; " + relayOf(o)) : "") +
         "</p>";
  out += figures(jsonReport(result));
  out += section("CPU over time", "Cores in use, second by second.", cpuOverTime(result));
  if (!result.stages.empty()) {
    out += section("CPU by stage", "Of the server, by what its threads do (docs/performance.md).",
                   stages(result));
  }
  if (!result.latency.empty()) {
    out += section("Latency",
                   "Of pictures with a clock in them. Server: last packet in to first packet of the mix that "
                   "shows it. Glass to glass: painted to decoded.",
                   latency(result));
    out += section("Latency over time", "The same, picture by picture.", latencyOverTime(result));
  }
  out += section("Freeze map",
                 "A row a peer, a cell a second since measuring began: the longest time without a frame that "
                 "touches it, from 60 ms (green) to 400 ms (red).",
                 freezeMap(result));
  out += section(
      "Peers",
      "What each received: frames and freezes are those of the mix, whatever cameras did in it. An audio "
      "gap is a time without a packet of sound, of three times the usual one or 150 ms more than it; pauses "
      "in which nothing is heard and nothing sent are none.",
      peers(result));
  return out + "</body></html>\n";
}

}  // namespace tributary::load
