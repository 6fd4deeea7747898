#include "room/negotiation.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <utility>

#include "media/codec_table.h"

namespace tributary {
namespace {

/// Whether the mixer's H.264 (constrained baseline, fragmented) is what this payload type means.
bool isConstrainedBaseline(const SdpCodec& codec) {
  const auto mode = codec.fmtp.find("packetization-mode");
  if (mode == codec.fmtp.end() || mode->second != "1") return false;
  const auto profile = codec.fmtp.find("profile-level-id");
  if (profile == codec.fmtp.end()) return false;
  const std::string& hex = profile->second;
  const auto isDigit = [](char c) { return g_ascii_isxdigit(c); };
  if (hex.size() != 6 || !std::ranges::all_of(hex, isDigit)) return false;
  // RFC 6184, 8.1: baseline (42) with constraint_set1 (the second byte's 0x40).
  return hex.starts_with("42") && (g_ascii_xdigit_value(hex[2]) & 4) != 0;
}

bool isUsable(const SdpMedia& media, const SdpCodec& codec) {
  if (media.kind == SdpMedia::Kind::audio) return codec.name == "OPUS";
  if (findVideoCodec(codec.name) == nullptr) return false;
  if (codec.name == "H264") return isConstrainedBaseline(codec);
  const auto profile = codec.fmtp.find("profile-id");
  return codec.name != "VP9" || profile == codec.fmtp.end() || profile->second == "0";
}

/// What of the client's fmtp the answer must repeat to mean the same format.
std::map<std::string, std::string> formatOf(const SdpCodec& codec) {
  std::map<std::string, std::string> out;
  for (const char* key :
       {"profile-level-id", "packetization-mode", "level-asymmetry-allowed", "profile-id"}) {
    const auto value = codec.fmtp.find(key);
    if (value != codec.fmtp.end()) out[key] = value->second;
  }
  return out;
}

std::string offered(const SdpMedia& media) {
  std::string names;
  for (const auto& codec : media.codecs) {
    if (names.find(codec.name) == std::string::npos) names += (names.empty() ? "" : ", ") + codec.name;
  }
  return names.empty() ? "nothing known" : names;
}

}  // namespace

Result<PeerOffer> negotiate(const SdpOffer& offer) {
  PeerOffer out{offer.text, offer.fingerprint, {}};
  bool hasCamera = false;
  for (const auto& media : offer.media) {
    const bool video = media.kind == SdpMedia::Kind::video;
    const auto codec = std::ranges::find_if(media.codecs, [&](const auto& c) { return isUsable(media, c); });
    if (codec == media.codecs.end()) {
      return fail(
          ErrorCode::unsupportedCodec,
          "m-line " + media.mid + " offers " + offered(media) + "; it needs " +
              (video ? "VP8, VP9 or H264 (constrained baseline, packetization-mode 1)" : "opus/48000/2"));
    }
    MediaLine line;
    line.kind = video ? MediaLine::Kind::video : MediaLine::Kind::audio;
    line.mid = media.mid;
    line.receive = media.direction == SdpDirection::sendRecv || media.direction == SdpDirection::sendOnly;
    line.send = media.direction == SdpDirection::sendRecv || media.direction == SdpDirection::recvOnly;
    line.screen = video && std::exchange(hasCamera, true);
    if (line.screen) line.send = false;
    line.codec = codec->name;
    line.payloadType = codec->payloadType;
    line.clockRate = codec->clockRate;
    line.format = formatOf(*codec);
    line.transportCc = codec->transportCc && media.extensions.contains(transportCcUri);
    for (const char* uri : {transportCcUri, colourSpaceUri, audioLevelUri}) {
      const auto id = media.extensions.find(uri);
      if (id != media.extensions.end()) line.extensions[uri] = id->second;
    }
    if (!video) {
      line.format["useinbandfec"] = "1";
      line.format["usedtx"] = "1";  // a microphone that hears nothing sends 3 packets a second instead of 50
    }
    out.lines.push_back(std::move(line));
  }
  return out;
}

}  // namespace tributary
