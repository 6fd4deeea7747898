#include "protocol/sdp_offer.h"

#include <algorithm>

#include "protocol/sdp_media.h"
#include "protocol/sdp_text.h"

namespace tributary {
namespace {

using sdp::Line;
using sdp::MediaPart;
using sdp::refuse;
using sdp::Section;
using sdp::Transport;

Result<void> checkOrigin(const Line& line) {
  const auto parts = sdp::words(line.value);
  const bool right = parts.size() == 6 && !parts[0].empty() && sdp::number(parts[1], UINT64_MAX) &&
                     sdp::number(parts[2], UINT64_MAX) && parts[3] == "IN" &&
                     (parts[4] == "IP4" || parts[4] == "IP6") && !parts[5].empty();
  if (right) return {};
  return refuse(line, "must be o=<name> <id> <version> IN IP4|IP6 <address>");
}

Result<void> checkTime(const Line& line) {
  const auto parts = sdp::words(line.value);
  if (parts.size() == 2 && sdp::number(parts[0], UINT64_MAX) && sdp::number(parts[1], UINT64_MAX)) return {};
  return refuse(line, "must be t=<start> <stop>");
}

/// v=, o= and s= come first and once; t= once.
Result<void> checkSession(const Section& session) {
  constexpr std::string_view head = "vos";
  for (size_t i = 0; i < head.size(); ++i) {
    if (i >= session.size() || session[i].type != head[i]) {
      return refuse(std::string("must begin with v=, o=, s=; ") + head[i] + "= is missing");
    }
  }
  if (session[0].value != "0") return refuse(session[0], "the version must be v=0");
  if (auto origin = checkOrigin(session[1]); !origin) return origin;
  int times = 0;
  for (size_t i = head.size(); i < session.size(); ++i) {
    const Line& line = session[i];
    if (head.find(line.type) != std::string_view::npos) return refuse(line, "appears twice or too late");
    if (line.type == 'a' && line.attribute() == "ice-lite") {
      return refuse(line, "an ICE-lite offer cannot be answered: the server expects a full ICE agent");
    }
    if (line.type != 't') continue;
    if (auto time = checkTime(line); !time) return time;
    ++times;
  }
  if (times != 1) return refuse("exactly one t= line is needed");
  return {};
}

Result<void> checkKinds(const std::vector<Section>& sections) {
  const size_t count = sections.size() - 1;
  if (count < 1 || count > 3) return refuse(std::to_string(count) + " m-lines; 1 to 3 are taken");
  return {};
}

Result<void> checkCounts(const std::vector<MediaPart>& parts) {
  const auto audio =
      std::ranges::count(parts, SdpMedia::Kind::audio, [](const auto& p) { return p.media.kind; });
  if (audio > 1) return refuse("two audio m-lines; one is taken");
  if (static_cast<long>(parts.size()) - audio > 2) return refuse("three video m-lines; two are taken");
  return {};
}

/// The one BUNDLE group, which must list every mid and no other.
Result<std::vector<std::string>> bundledMids(Section& session) {
  const Line* bundle = nullptr;
  for (Line& line : session) {
    if (line.type != 'a' || line.attribute() != "group") continue;
    line.keep = line.argument().starts_with("BUNDLE ");
    if (!line.keep) continue;
    if (bundle != nullptr) return refuse(line, "a second BUNDLE group");
    bundle = &line;
  }
  if (bundle == nullptr) return refuse("a=group:BUNDLE with all mids is missing");
  std::vector<std::string> mids;
  for (const auto word : sdp::words(bundle->argument().substr(7)))
    mids.emplace_back(word);
  return mids;
}

Result<void> checkBundle(Section& session, const std::vector<MediaPart>& parts) {
  auto bundled = bundledMids(session);
  if (!bundled) return tl::unexpected(bundled.error());
  std::vector<std::string> mids;
  mids.reserve(parts.size());
  for (const auto& part : parts)
    mids.push_back(part.media.mid);
  // webrtcbin takes the first mid's transport: it must be one that stands on its own.
  const auto tagged = std::ranges::find(mids, bundled->front());
  if (tagged != mids.end() && parts[static_cast<size_t>(tagged - mids.begin())].bundleOnly) {
    return refuse("the first mid of the BUNDLE group must not be bundle-only");
  }
  std::ranges::sort(mids);
  if (std::ranges::adjacent_find(mids) != mids.end()) return refuse("two m-lines have the same a=mid");
  std::ranges::sort(*bundled);
  if (mids != *bundled) return refuse("a=group:BUNDLE must list every a=mid once and no other");
  return {};
}

Result<void> checkTransports(const std::vector<MediaPart>& parts) {
  const Transport& first = parts.front().transport;
  for (const auto& part : parts) {
    const std::string where = "m-line \"" + part.media.mid + "\"";
    const Transport& own = part.transport;
    if (own.ufrag.empty() || own.password.empty()) return refuse(where + " has no a=ice-ufrag or a=ice-pwd");
    if (own.fingerprint.empty()) return refuse(where + " has no a=fingerprint");
    if (own.setup.empty()) return refuse(where + " has no a=setup");
    if (own.ufrag != first.ufrag || own.password != first.password) {
      return refuse(where + " has other ICE credentials than the first; bundled m-lines share one transport");
    }
    if (own.fingerprint != first.fingerprint)
      return refuse(where + " has another fingerprint than the first");
    if (own.setup != first.setup) return refuse(where + " has another a=setup than the first");
  }
  return {};
}

bool sameType(const sdp::PayloadType& a, const sdp::PayloadType& b) {
  return a.name == b.name && a.clockRate == b.clockRate && a.channels == b.channels;
}

/// In a bundle, a payload type, an extension id and an SSRC mean one thing (RFC 8843).
Result<void> checkSharedNumbers(const std::vector<MediaPart>& parts) {
  std::map<int, const sdp::PayloadType*> types;
  std::map<int, std::string> extensions;
  std::set<uint32_t> ssrcs;
  for (const auto& part : parts) {
    for (const auto& type : part.payloadTypes) {
      const auto [at, fresh] = types.emplace(type.number, &type);
      if (!fresh && !sameType(*at->second, type)) {
        return refuse("payload type " + std::to_string(type.number) + " means two codecs in one bundle");
      }
    }
    for (const auto& [id, uri] : part.extensionIds) {
      if (extensions.emplace(id, uri).first->second != uri) {
        return refuse("extension id " + std::to_string(id) + " means two extensions in one bundle");
      }
    }
    for (const uint32_t ssrc : part.ssrcs) {
      if (!ssrcs.insert(ssrc).second) return refuse("SSRC " + std::to_string(ssrc) + " in two m-lines");
    }
  }
  return {};
}

std::string mLineWithPort(std::string_view value) {
  const auto parts = sdp::words(value);
  std::string out(parts[0]);
  out += parts[1] == "0" ? " 9" : " " + std::string(parts[1]);
  for (size_t i = 2; i < parts.size(); ++i)
    out += " " + std::string(parts[i]);
  return out;
}

/// A bundle-only m-line gets port 9: webrtcbin 1.22 takes port 0 for a rejected one and crashes on its media.
std::string textOf(const std::vector<Section>& sections) {
  std::string out;
  for (const auto& section : sections) {
    for (const Line& line : section) {
      if (!line.keep) continue;
      const std::string value = line.type == 'm' ? mLineWithPort(line.value) : std::string(line.value);
      out += std::string(1, line.type) + "=" + value + "\r\n";
    }
  }
  return out;
}

Result<std::vector<MediaPart>> readParts(std::vector<Section>& sections, const SdpLimits& limits) {
  const auto session = readTransport(sections.front(), {});
  if (!session) return tl::unexpected(session.error());
  std::vector<MediaPart> parts;
  for (size_t i = 1; i < sections.size(); ++i) {
    auto part = readMedia(sections[i], *session, limits);
    if (!part) return tl::unexpected(part.error());
    parts.push_back(std::move(*part));
  }
  return parts;
}

}  // namespace

Result<SdpOffer> parseOffer(std::string_view text, const SdpLimits& limits) {
  const auto lines = sdp::splitLines(text, limits);
  if (!lines) return tl::unexpected(lines.error());
  auto sections = sdp::splitSections(*lines);
  if (!sections) return tl::unexpected(sections.error());
  auto checked = checkSession(sections->front());
  if (checked) checked = checkKinds(*sections);
  if (!checked) return tl::unexpected(checked.error());
  auto parts = readParts(*sections, limits);
  if (!parts) return tl::unexpected(parts.error());
  checked = checkCounts(*parts);
  if (checked) checked = checkBundle(sections->front(), *parts);
  if (checked) checked = checkTransports(*parts);
  if (checked) checked = checkSharedNumbers(*parts);
  if (!checked) return tl::unexpected(checked.error());

  SdpOffer offer;
  offer.fingerprint = parts->front().transport.fingerprint;
  for (auto& part : *parts)
    offer.media.push_back(std::move(part.media));
  for (auto& section : *sections)
    sdp::dropUnknownAttributes(section);
  offer.text = textOf(*sections);
  return offer;
}

}  // namespace tributary
