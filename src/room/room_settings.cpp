#include "room/room_settings.h"

#include <algorithm>
#include <filesystem>

#include "base/nearest.h"
#include "room/profile_check.h"

namespace tributary {
namespace {

Corner cornerOf(const std::string& name) {
  if (name == "topLeft") return Corner::topLeft;
  if (name == "topRight") return Corner::topRight;
  return name == "bottomRight" ? Corner::bottomRight : Corner::bottomLeft;
}

VoiceSettings voiceSettings(const PipelineProfile::Audio& audio) {
  using Denoise = VoiceSettings::Denoise;
  VoiceSettings out{.gain = audio.gain};
  if (audio.denoise == "low") out.denoise = Denoise::low;
  if (audio.denoise == "moderate") out.denoise = Denoise::moderate;
  if (audio.denoise == "high") out.denoise = Denoise::high;
  return out;
}

NameStyle nameStyle(const PipelineProfile::Names& names) {
  NameStyle out;
  out.font = names.font;
  out.size = names.size;
  if (names.style == "bar") out.shape = NameStyle::Shape::bar;
  if (names.style == "outline") out.shape = NameStyle::Shape::outline;
  out.colour = parseColour(names.colour).value_or(out.colour);
  out.background = parseColour(names.background).value_or(out.background);
  out.opacity = names.opacity;
  return out;
}

BrandSettings brandSettings(const RoomSettings& settings) {
  const auto beneath = [&](const std::string& image) {
    return image.empty() ? image : (std::filesystem::path(settings.profilesDir) / image).string();
  };
  const PipelineProfile::Logo& logo = settings.profile.logo;
  return {beneath(settings.profile.canvas.backgroundImage), beneath(logo.image), cornerOf(logo.corner),
          logo.height, logo.opacity};
}

/// Single pictures of the smallest rendition's size. The bit rate is what the encoder makes of one picture a
/// second: one of them is 10 kB.
RenditionChoice stillsOf(const PipelineProfile& profile) {
  constexpr int bitrate = 80'000;
  const auto lowest = std::ranges::min_element(profile.renditions, {}, &PipelineProfile::Rendition::height);
  return {stillsName, lowest->height, 1, bitrate, static_cast<int>(profile.rate.stills.count())};
}

}  // namespace

Result<PipelineProfile> parseRoomProfile(const Json& params) {
  auto profile = parsePipelineProfile(params["profile"].isObject() ? params["profile"] : Json::object());
  if (!profile) return profile;
  const auto mistakes = elementMistakes(*profile, false);
  if (!mistakes.empty()) return fail(ErrorCode::badRequest, joined(mistakes, "\n"));
  return profile;
}

Result<RoomSettings> parseRoomSettings(const Json& params) {
  RoomSettings out;
  out.room = params["room"].stringOr("");
  auto profile = parseRoomProfile(params);
  if (!profile) return tl::unexpected(profile.error());
  out.profile = std::move(*profile);
  out.screen = screenSettings(out.profile.screen);
  out.profilesDir = params["profilesDir"].stringOr("");
  const Json limits = params["limits"];
  out.maxParticipants = static_cast<int>(limits["participants"].integerOr(out.maxParticipants));
  // The channel carries durations as seconds, as the configuration file does.
  const double departure = limits["departureTimeout"].numberOr(20);
  out.departureTimeout = std::chrono::milliseconds(static_cast<int64_t>(departure * 1000));
  out.saves = limits["save"].booleanOr(true);
  const Json media = params["media"];
  out.peer.udpPortMin = static_cast<int>(media["udpPortMin"].integerOr(0));
  out.peer.udpPortMax = static_cast<int>(media["udpPortMax"].integerOr(0));
  out.peer.stunServer = media["stunServer"].stringOr("");
  out.peer.latencyMs = static_cast<int>(media["latencyMs"].integerOr(out.peer.latencyMs));
  return out;
}

MediaSettings mediaSettings(const RoomSettings& settings) {
  const PipelineProfile& profile = settings.profile;
  MediaSettings out;
  out.canvas = {profile.canvas.width, profile.canvas.height, profile.canvas.framerate,
                parseColour(profile.canvas.background).value_or(0)};
  out.audio.talkerSlots = profile.audio.talkerSlots;
  out.audio.opus = {profile.audio.bitrate, profile.audio.complexity, profile.audio.fec, profile.audio.dtx};
  out.audio.voice = voiceSettings(profile.audio);
  for (const auto& rendition : profile.renditions) {
    out.renditions.ladder.push_back(
        {rendition.name, rendition.height, rendition.framerate, rendition.bitrate});
  }
  if (profile.rate.stills.count() > 0) out.renditions.ladder.push_back(stillsOf(profile));
  for (const auto& [codec, encoder] : profile.encoders) {
    out.renditions.encoders[codec] = {encoder.element, encoder.properties};
  }
  out.peer = settings.peer;
  out.peer.longestHold = std::chrono::nanoseconds(profile.audio.lipSync).count();
  out.fit = profile.layout.fit == "letterbox" ? Fit::letterbox : Fit::crop;
  out.showNames = profile.names.show;
  out.names = nameStyle(profile.names);
  out.brand = brandSettings(settings);
  out.style.labelCorner = cornerOf(profile.names.corner);
  if (profile.names.style == "bar") out.style.labelInset = 0;
  out.style.glide = profile.layout.glide;
  out.style.borderWidth = profile.borders.width;
  out.style.borderColour = parseColour(profile.borders.colour).value_or(out.style.borderColour);
  out.style.talkerWidth = profile.borders.talkerWidth;
  out.style.talkerColour = parseColour(profile.borders.talkerColour).value_or(out.style.talkerColour);
  return out;
}

RateSettings rateSettings(const RoomSettings& settings) {
  const PipelineProfile& profile = settings.profile;
  RateSettings out;
  out.adapt = profile.rate.adapt;
  for (const auto& rendition : profile.renditions) {
    const int framerate = rendition.framerate > 0 ? rendition.framerate : profile.canvas.framerate;
    out.ladder.push_back(
        {rendition.name, rendition.height, framerate, static_cast<double>(rendition.bitrate)});
  }
  if (profile.rate.stills.count() > 0) out.still = stillsName;
  out.audioBitrate = profile.audio.bitrate;
  out.probeEvery = std::chrono::nanoseconds(profile.rate.probeEvery).count();
  return out;
}

LayoutPolicy layoutPolicy(const RoomSettings& settings) {
  const PipelineProfile& profile = settings.profile;
  LayoutPolicy out;
  out.standard = profile.layout.name;
  out.width = profile.canvas.width;
  out.height = profile.canvas.height;
  out.gap = profile.layout.gap;
  out.maxTiles = profile.layout.maxTiles;
  out.keepAspect = profile.layout.fit == "letterbox";
  out.whileScreen = profile.layout.whenScreen;
  out.whileSpotlight = profile.layout.whenSpotlight;
  out.hideWithoutVideo = profile.layout.withoutVideo == "hide";
  out.allowed = profile.layout.allowed;
  for (const auto& [name, layout] : profile.layouts)
    out.custom[name] = layout.sets;
  return out;
}

ScreenSettings screenSettings(const PipelineProfile::Screen& screen) {
  constexpr int several = 4;  // beside the cameras, more would be too small to read
  ScreenSettings out;
  out.sharers = !screen.allowed ? 0 : screen.several ? several : 1;
  out.replace = screen.takeover;
  out.maxHeight = screen.maxHeight;
  out.maxWidth = screen.maxHeight * 2;  // wide screens have 21:9
  out.maxFramerate = screen.framerate;
  out.maxBitrate = screen.bitrate;
  return out;
}

UplinkLimits uplinkLimits(const RoomSettings& settings) {
  const PipelineProfile& profile = settings.profile;
  return {profile.uplink.maxHeight, std::min(profile.uplink.maxFramerate, profile.canvas.framerate),
          profile.uplink.maxBitrate, profile.layout.fit != "letterbox"};
}

}  // namespace tributary
