#include <sys/resource.h>

#include "base/heap.h"
#include "media/ticker.h"
#include "room/room.h"

namespace tributary {
namespace {

Json sample(const char* name, const char* type, double value, Json labels = Json::object()) {
  return Json::object({{"name", name}, {"type", type}, {"labels", labels}, {"value", value}});
}

Json counter(const char* name, uint64_t value, Json labels = Json::object()) {
  return sample(name, "counter", static_cast<double>(value), std::move(labels));
}

Json direction(const char* way, const char* kind) {
  return Json::object({{"direction", way}, {"kind", kind}});
}

void pushTraffic(Json& out, const PeerOutput::Counters& passed, uint64_t lost, const Json& labels) {
  out.push(counter("tributary_rtp_packets_total", passed.packets, labels));
  out.push(counter("tributary_rtp_bytes_total", passed.bytes, labels));
  out.push(counter("tributary_rtp_packets_lost_total", lost, labels));
}

Json frameDurations(const VideoMixer::Counters& video) {
  Json buckets = Json::array();
  uint64_t sum = 0;
  for (size_t i = 0; i < VideoMixer::bucketBounds.size(); ++i) {
    sum += video.durationBuckets[i];
    buckets.push(Json::array({VideoMixer::bucketBounds[i], sum}));
  }
  return Json::object({{"name", "tributary_mixer_frame_duration_seconds"},
                       {"type", "histogram"},
                       {"labels", Json::object()},
                       {"buckets", buckets},
                       {"sum", video.seconds},
                       {"count", video.rendered}});
}

double cpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

Json Room::stats() const {
  const auto stats = media_->stats();
  Json out = Json::array();
  out.push(counter("tributary_mixer_frames_rendered_total", stats.video.rendered));
  out.push(counter("tributary_mixer_frames_late_total", stats.video.late));
  out.push(frameDurations(stats.video));
  out.push(counter("tributary_mixer_source_frames_total", stats.framesArrived,
                   Json::object({{"outcome", "arrived"}})));
  out.push(counter("tributary_mixer_source_frames_total", stats.framesShown,
                   Json::object({{"outcome", "shown"}})));
  out.push(
      counter("tributary_mixer_source_frames_total", stats.framesLate, Json::object({{"outcome", "late"}})));
  // One machine for all rooms: on /metrics the server's own figure stands in place of their sum.
  out.push(sample("tributary_cpu_headroom", "gauge", capacityReading_.idle));
  const Json saved = capacityJson()["saved"];
  for (size_t i = 0; i < saved.size(); ++i)
    out.push(sample("tributary_rooms_saving", "gauge", 1, Json::object({{"what", saved.at(i)}})));
  out.push(counter("tributary_audio_ticks_late_total", stats.audio.late));
  out.push(
      counter("tributary_audio_packets_total", stats.audioDecoded, Json::object({{"outcome", "decoded"}})));
  out.push(counter("tributary_audio_packets_total", stats.audioPackets - stats.audioDecoded,
                   Json::object({{"outcome", "overheard"}})));
  out.push(sample("tributary_audio_encoders", "gauge", stats.audio.encoders));
  out.push(sample("tributary_audio_held", "gauge", stats.voicesHeld));
  for (const auto& rendition : stats.renditions) {
    const Json labels = Json::object({{"codec", rendition.codec}, {"rendition", rendition.name}});
    out.push(sample("tributary_encoders", "gauge", 1, labels));
    out.push(sample("tributary_rendition_viewers", "gauge", static_cast<double>(rendition.viewers), labels));
  }
  out.push(counter("tributary_encoder_frames_total", stats.frames.encoded,
                   Json::object({{"outcome", "encoded"}})));
  out.push(counter("tributary_encoder_frames_total", stats.frames.dropped,
                   Json::object({{"outcome", "dropped"}})));
  for (const auto& [element, count] : stats.errors)
    out.push(counter("tributary_pipeline_errors_total", count, Json::object({{"element", element}})));
  pushTraffic(out, stats.audioIn, stats.audioLost, direction("in", "audio"));
  pushTraffic(out, stats.videoIn, stats.videoLost, direction("in", "video"));
  pushTraffic(out, stats.audioOut, stats.audioOutLost, direction("out", "audio"));
  pushTraffic(out, stats.videoOut, stats.videoOutLost, direction("out", "video"));
  out.push(counter("tributary_rtp_packets_gated_total", stats.gatedPackets));
  for (const auto& [outcome, count] :
       {std::pair{"sent", stats.resent}, std::pair{"refused", stats.resendRefused}})
    out.push(counter("tributary_rtp_resent_total", count, Json::object({{"outcome", outcome}})));
  out.push(counter("tributary_flood_rests_total", stats.floodRests));
  for (const auto& [way, count] : {std::pair{"down", moves_.down}, std::pair{"up", moves_.up}})
    out.push(counter("tributary_downlink_moves_total", count, Json::object({{"direction", way}})));
  out.push(counter("tributary_downlink_probes_total", moves_.probes));
  out.push(sample("tributary_uplinks_capped", "gauge", uplinkWatch_.capped()));
  out.push(sample("tributary_downlink_limited", "gauge", rates_.limited()));
  out.push(sample("tributary_peers_connected", "gauge", stats.peersConnected));
  out.push(sample("tributary_room_process_heap_bytes", "gauge", heapBytesInUse()));
  return Json::object({{"metrics", out}});
}

double Room::load() {
  const int64_t now = monotonicNow();
  const double cpu = cpuSeconds();
  const double elapsed = static_cast<double>(now - lastCpuTime_) * 1e-9;
  const double load = lastCpuTime_ > 0 && elapsed > 0 ? (cpu - lastCpuSeconds_) / elapsed : 0;
  lastCpuSeconds_ = cpu;
  lastCpuTime_ = now;
  return load;
}

}  // namespace tributary
