#include "recordings/recording_options.h"

#include "container/media_file.h"

namespace tributary {
namespace {

constexpr int64_t mebibyte = 1 << 20;

std::chrono::milliseconds ofSeconds(double seconds) {
  return std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
}

Result<void> applyFormat(const Json& json, RecordingOptions& out) {
  const auto text = [&json](const char* key, std::string& value) -> Result<void> {
    if (!json.has(key)) return {};
    const auto given = json[key].string();
    if (!given) return fail(ErrorCode::badRequest, std::string(key) + ": must be text");
    value = *given;
    return {};
  };
  if (auto ok = text("container", out.container); !ok) return ok;
  if (auto ok = text("codec", out.codec); !ok) return ok;
  if (!json.has("audioOnly")) return {};
  const auto audioOnly = json["audioOnly"].boolean();
  if (!audioOnly) return fail(ErrorCode::badRequest, "audioOnly: must be true or false");
  out.audioOnly = *audioOnly;
  return {};
}

Result<void> apply(const Json& json, RecordingOptions& out) {
  const auto number = [&json](const char* key, double least, double most, double& value) -> Result<void> {
    if (!json.has(key)) return {};
    const auto given = json[key].number();
    if (!given || *given < least || *given > most) {
      return fail(ErrorCode::badRequest, std::string(key) + ": must be a number from " +
                                             std::to_string(static_cast<int64_t>(least)) + " to " +
                                             std::to_string(static_cast<int64_t>(most)));
    }
    value = *given;
    return {};
  };
  double duration = static_cast<double>(out.maxDuration.count()) / 1000;
  double size = static_cast<double>(out.maxBytes) / static_cast<double>(mebibyte);
  double part = static_cast<double>(out.partDuration.count()) / 1000;
  if (auto ok = number("maxDuration", 1, 86'400, duration); !ok) return ok;
  if (auto ok = number("maxSize", 1, 1'048'576, size); !ok) return ok;
  if (auto ok = number("partDuration", 0, 86'400, part); !ok) return ok;
  out.maxDuration = ofSeconds(duration);
  out.maxBytes = static_cast<int64_t>(size) * mebibyte;
  out.partDuration = ofSeconds(part);
  return applyFormat(json, out);
}

}  // namespace

Result<RecordingOptions> recordingOptions(const PipelineProfile::Recording& profile, const Json& request) {
  RecordingOptions out;
  out.container = profile.container;
  out.codec = profile.codec;
  out.rendition = profile.rendition;
  out.ownHeight = profile.own.height;
  out.ownFramerate = profile.own.framerate;
  out.ownBitrate = profile.own.bitrate;
  out.ownEncoders = profile.own.encoders;
  out.audioOnly = profile.audioOnly;
  out.automatic = profile.automatic;
  out.maxDuration = profile.maxDuration;
  out.maxBytes = profile.maxSize * mebibyte;
  out.partDuration = profile.partDuration;
  out.announcement = profile.announcement;
  out.mark = profile.mark;
  if (auto ok = apply(request, out); !ok) return tl::unexpected(ok.error());
  const auto container = containerFromString(out.container);
  if (!container) return fail(ErrorCode::badRequest, "container: must be webm, mkv or mp4");
  // Another container than the profile's codec was chosen for.
  if (!request.has("codec") && !out.codec.empty() && !canHold(*container, out.codec)) out.codec.clear();
  if (out.codec.empty()) out.codec = *container == Container::webm ? "VP8" : "H264";
  if (!canHold(*container, out.codec)) {
    return fail(ErrorCode::badRequest, "codec: " + out.container + " cannot hold " + out.codec +
                                           "; webm takes VP8 and VP9, mp4 takes H264, mkv all three");
  }
  return out;
}

Json RecordingOptions::toRoom(const std::string& recordingId) const {
  Json out = Json::object({{"recordingId", recordingId}, {"container", container}, {"mark", mark}});
  out.set("tone", announcement == "tone" || announcement == "both");
  if (audioOnly) return out;
  Json video = Json::object({{"codec", codec}, {"rendition", rendition}});
  if (ownHeight > 0) {
    Json own = Json::object({{"height", ownHeight}, {"framerate", ownFramerate}, {"bitrate", ownBitrate}});
    if (const auto encoder = ownEncoders.find(codec); encoder != ownEncoders.end()) {
      Json properties = Json::object();
      for (const auto& [name, value] : encoder->second.properties)
        properties.set(name, value);
      own.set("encoder", Json::object({{"element", encoder->second.element}, {"properties", properties}}));
    }
    video.set("own", own);
  }
  out.set("video", video);
  return out;
}

}  // namespace tributary
