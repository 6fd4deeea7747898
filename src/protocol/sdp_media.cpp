#include "protocol/sdp_media.h"

#include <algorithm>
#include <array>

namespace tributary::sdp {
namespace {

constexpr size_t maxSsrcs = 16;
constexpr int maxCandidates = 64;

constexpr std::array<std::string_view, 4> directions = {"sendrecv", "sendonly", "recvonly", "inactive"};

/// Attributes that go on to webrtcbin; each is checked below, in sdp_codecs.cpp, or has no effect there.
/// Not a=end-of-candidates: with its mDNS candidates dropped, an offer would seem to have none at all.
constexpr std::array<std::string_view, 26> known = {
    "group",      "msid-semantic", "fingerprint", "setup",    "ice-ufrag",          "ice-pwd",  "ice-options",
    "mid",        "sendrecv",      "sendonly",    "recvonly", "inactive",           "rtcp-mux", "rtcp-rsize",
    "rtpmap",     "fmtp",          "rtcp-fb",     "extmap",   "extmap-allow-mixed", "msid",     "ssrc",
    "ssrc-group", "candidate",

    "ptime",      "maxptime",      "framerate"};

struct Refused {
  std::string_view attribute;
  std::string_view why;
};

constexpr std::array<Refused, 8> refused{{
    {"simulcast", "simulcast is not taken: send one encoding"},
    {"rid", "simulcast is not taken: send one encoding, without a=rid"},
    {"crypto", "SDES keys are not taken: use DTLS"},
    {"key-mgmt", "MIKEY keys are not taken: use DTLS"},
    {"sctp-port", "data channels are not taken"},
    {"sctpmap", "data channels are not taken"},
    {"ice-lite", "an ICE-lite offer cannot be answered: the server expects a full ICE agent"},
    {"remote-candidates", "a=remote-candidates has no place in a WebRTC offer"},
}};

class SectionReader {
 public:
  SectionReader(Section& section, const SdpLimits& limits) : section_(section), limits_(limits) {}

  Result<MediaPart> read(const Transport& session) {
    out_.line = section_.front().number;
    auto done = readMLine();
    if (done) done = refuseAttributes();
    if (done) done = readMid();
    if (done) done = readDirection();
    if (done) done = readMux();
    if (done) done = takeTransport(session);
    if (done) done = takeCodecs();
    if (done) done = readLines();
    if (done) done = checkGroupedSsrcs();
    if (!done) return tl::unexpected(done.error());
    return std::move(out_);
  }

 private:
  const Line& mLine() const { return section_.front(); }

  Result<void> readMLine() {
    parts_ = words(mLine().value);
    if (parts_.size() < 4) return refuse(mLine(), "must be m=<kind> <port> <protocol> <payload types>");
    if (parts_[0] == "application")
      return refuse(mLine(), "data channels are not taken: offer audio and video only");
    if (parts_[0] != "audio" && parts_[0] != "video") {
      return refuse(mLine(), "m=" + shown(parts_[0]) + ": only audio and video are taken");
    }
    out_.media.kind = parts_[0] == "audio" ? SdpMedia::Kind::audio : SdpMedia::Kind::video;
    if (parts_[2] != "UDP/TLS/RTP/SAVPF") {
      return refuse(mLine(), "the protocol must be UDP/TLS/RTP/SAVPF, not " + shown(parts_[2]));
    }
    return readPort();
  }

  /// RFC 8843: Firefox writes port 0 and a=bundle-only on m-lines that exist inside the bundle alone.
  Result<void> readPort() {
    const auto bundleOnly = single(section_, "bundle-only");
    if (!bundleOnly) return tl::unexpected(bundleOnly.error());
    out_.bundleOnly = *bundleOnly != nullptr;
    const auto port = number(parts_[1], 65535);
    if (!port) return refuse(mLine(), "the port must be 1 to 65535");
    if (*port == 0 && !out_.bundleOnly) {
      return refuse(mLine(),
                    "port 0 in an offer is taken only with a=bundle-only; leave the m-line out instead");
    }
    if (*port != 0 && out_.bundleOnly) return refuse(**bundleOnly, "a=bundle-only needs port 0 (RFC 8843)");
    return {};
  }

  Result<void> refuseAttributes() const {
    for (const Line& line : section_) {
      if (line.type != 'a') continue;
      if (!isToken(line.attribute(), 64))
        return refuse(line, "the attribute name " + shown(line.attribute()));
      const auto at = std::ranges::find(refused, line.attribute(), &Refused::attribute);
      if (at != refused.end()) return refuse(line, std::string(at->why));
    }
    return {};
  }

  Result<void> readMid() {
    const auto mid = single(section_, "mid");
    if (!mid) return tl::unexpected(mid.error());
    if (*mid == nullptr) return refuse(mLine(), "the m-line has no a=mid");
    if (!isToken((*mid)->argument(), 16)) return refuse(**mid, "a=mid must be 1 to 16 token characters");
    out_.media.mid = (*mid)->argument();
    return {};
  }

  Result<void> readDirection() {
    const Line* found = nullptr;
    for (const Line& line : section_) {
      const auto at = std::ranges::find(directions, line.attribute());
      if (line.type != 'a' || at == directions.end()) continue;
      if (found != nullptr) return refuse(line, "a second direction in the same m-line");
      found = &line;
      out_.media.direction = static_cast<SdpDirection>(at - directions.begin());
    }
    return {};
  }

  Result<void> readMux() const {
    const auto mux = single(section_, "rtcp-mux");
    if (!mux) return tl::unexpected(mux.error());
    if (*mux == nullptr) return refuse(mLine(), "the m-line has no a=rtcp-mux, which is required");
    return {};
  }

  Result<void> takeTransport(const Transport& session) {
    auto transport = readTransport(section_, session);
    if (!transport) return tl::unexpected(transport.error());
    out_.transport = std::move(*transport);
    return {};
  }

  Result<void> takeCodecs() {
    auto codecs = readCodecs(section_, out_.media.kind, {parts_.begin() + 3, parts_.end()}, limits_);
    if (!codecs) return tl::unexpected(codecs.error());
    out_.media.codecs = std::move(codecs->codecs);
    out_.payloadTypes = std::move(codecs->payloadTypes);
    return {};
  }

  Result<void> readLines() {
    for (Line& line : section_) {
      Result<void> done;
      if (line.type == 'c') done = checkConnection(line);
      if (line.type == 'b') done = checkBandwidth(line);
      if (line.type == 'a') done = readAttribute(line);
      if (!done) return done;
    }
    return {};
  }

  Result<void> readAttribute(Line& line) {
    const auto name = line.attribute();
    if (name == "extmap") return readExtension(line);
    if (name == "ssrc") return readSsrc(line);
    if (name == "ssrc-group") return readSsrcGroup(line);
    if (name == "candidate") return readCandidate(line);
    return {};
  }

  static Result<void> checkConnection(const Line& line) {
    const auto parts = words(line.value);
    if (parts.size() == 3 && parts[0] == "IN" && (parts[1] == "IP4" || parts[1] == "IP6") &&
        !parts[2].empty()) {
      return {};
    }
    return refuse(line, "must be c=IN IP4|IP6 <address>");
  }

  static Result<void> checkBandwidth(const Line& line) {
    const auto parts = words(line.value, ':');
    if (parts.size() == 2 && isToken(parts[0], 16) && number(parts[1], 4294967295)) return {};
    return refuse(line, "must be b=<type>:<number>");
  }

  Result<void> readExtension(Line& line) {
    const auto parts = words(line.argument());
    if (parts.size() < 2 || parts[1].empty() || parts[1].size() > 256) {
      return refuse(line, "must be a=extmap:<id> <URI>");
    }
    const auto idAndDirection = words(parts[0], '/');
    const auto id = number(idAndDirection[0], 255);
    const bool direction =
        idAndDirection.size() == 1 ||
        (idAndDirection.size() == 2 && std::ranges::count(directions, idAndDirection[1]) == 1);
    if (!id || *id == 0 || *id == 15 || !direction) return refuse(line, "the extension id must be 1 to 14");
    // Two-byte ids are legal beside extmap-allow-mixed; we never choose them, so they go no further.
    if (*id > 15) {
      line.keep = false;
      return {};
    }
    const int key = static_cast<int>(*id);
    if (!out_.extensionIds.emplace(key, parts[1]).second)
      return refuse(line, "extension id " + shown(parts[0]) + " twice");
    if (!out_.media.extensions.emplace(parts[1], key).second)
      return refuse(line, "the extension's URI twice");
    return {};
  }

  Result<uint32_t> ssrcNumber(const Line& line, std::string_view text) const {
    const auto value = number(text, 4294967295);
    if (!value || *value == 0) return refuse(line, "the SSRC must be a number from 1 to 4294967295");
    return static_cast<uint32_t>(*value);
  }

  Result<void> readSsrc(const Line& line) {
    const auto argument = line.argument();
    const size_t blank = argument.find(' ');
    const auto ssrc = ssrcNumber(line, argument.substr(0, blank));
    if (!ssrc) return tl::unexpected(ssrc.error());
    if (blank == std::string_view::npos) return refuse(line, "must be a=ssrc:<SSRC> <attribute>[:<value>]");
    const auto attribute = argument.substr(blank + 1);
    const auto name = attribute.substr(0, attribute.find(':'));
    if (!isToken(name, 32)) return refuse(line, "the SSRC's attribute " + shown(name));
    if (name == "cname" && attribute.size() <= name.size() + 1) return refuse(line, "the cname is empty");
    out_.ssrcs.insert(*ssrc);
    if (out_.ssrcs.size() <= maxSsrcs) return {};
    return refuse(line, "more than " + std::to_string(maxSsrcs) + " SSRCs in one m-line");
  }

  Result<void> readSsrcGroup(const Line& line) {
    const auto parts = words(line.argument());
    const auto semantics = upper(parts[0]);
    if (semantics == "SIM") return refuse(line, "simulcast is not taken: send one encoding");
    if (semantics != "FID" && semantics != "FEC" && semantics != "FEC-FR") {
      return refuse(line, "the group's meaning must be FID, FEC or FEC-FR");
    }
    if (parts.size() != 3 || parts[1] == parts[2]) return refuse(line, "must name two different SSRCs");
    if (++groups_ > maxSsrcs) return refuse(line, "too many a=ssrc-group lines");
    for (size_t i = 1; i < parts.size(); ++i) {
      const auto ssrc = ssrcNumber(line, parts[i]);
      if (!ssrc) return tl::unexpected(ssrc.error());
      grouped_.emplace(*ssrc, &line);
    }
    return {};
  }

  Result<void> checkGroupedSsrcs() const {
    for (const auto& [ssrc, line] : grouped_) {
      if (!out_.ssrcs.contains(ssrc)) return refuse(*line, "an SSRC that no a=ssrc line describes");
    }
    return {};
  }

  Result<void> readCandidate(Line& line) {
    if (++candidates_ > maxCandidates) {
      return refuse(line, "more than " + std::to_string(maxCandidates) + " candidates in one m-line");
    }
    const auto checked = checkCandidate(line.value);
    if (!checked) return refuse(line, checked.error().message);
    line.keep = checked->has_value();
    return {};
  }

  Section& section_;
  const SdpLimits& limits_;
  MediaPart out_;
  std::vector<std::string_view> parts_;
  std::map<uint32_t, const Line*> grouped_;
  size_t groups_ = 0;
  int candidates_ = 0;
};

}  // namespace

Result<MediaPart> readMedia(Section& section, const Transport& session, const SdpLimits& limits) {
  return SectionReader(section, limits).read(session);
}

void dropUnknownAttributes(Section& section) {
  for (Line& line : section) {
    if (line.type == 'a' && std::ranges::find(known, line.attribute()) == known.end()) line.keep = false;
  }
}

}  // namespace tributary::sdp
