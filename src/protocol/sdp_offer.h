#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tributary {

/// One codec of an m-line, its rtx folded in.
struct SdpCodec {
  int payloadType = 0;
  std::string name;  ///< as in rtpmap, upper case: "VP8", "H264", "OPUS"
  int clockRate = 0;
  int channels = 1;
  std::map<std::string, std::string> fmtp;  ///< keys lower case
  std::optional<int> rtxPayloadType;
  bool nack = false;
  bool nackPli = false;
  bool ccmFir = false;
  bool transportCc = false;
  bool googRemb = false;
};

enum class SdpDirection { sendRecv, sendOnly, recvOnly, inactive };

struct SdpMedia {
  enum class Kind { audio, video };
  Kind kind = Kind::audio;
  std::string mid;
  SdpDirection direction = SdpDirection::sendRecv;  ///< as the client wrote it
  std::vector<SdpCodec> codecs;                     ///< in the client's order of preference, no rtx/red/fec
  std::map<std::string, int> extensions;            ///< RTP header extension URI → id
};

/// A client's offer that is safe to hand to webrtcbin.
struct SdpOffer {
  std::vector<SdpMedia> media;  ///< audio, video, and perhaps a second video (screen), in m-line order
  std::string fingerprint;      ///< SHA-256 of the DTLS certificate: 64 upper-case hex digits, no colons
  /// The offer as webrtcbin should get it: CRLF line ends, without candidates it cannot use (checkCandidate)
  /// and without attributes that nobody here knows.
  std::string text;
};

struct SdpLimits {
  size_t maxBytes = 32 * 1024;
  int maxPayloadTypes = 64;  ///< per m-line
  int maxLines = 1000;
};

/// Reads and checks an offer: everything that could make webrtcbin 1.22 misbehave is refused with
/// ErrorCode::invalidSdp and a sentence naming the line or attribute (field notes, "A remote client can
/// crash the process"). Pure.
Result<SdpOffer> parseOffer(std::string_view sdp, const SdpLimits& limits = {});

/// A trickled candidate line. nullopt: harmless and of no use (an mDNS `.local` name, TCP, an unknown
/// transport), to be dropped without a word. An error: malformed. `line` may start with "candidate:" or
/// "a=candidate:". The value is the line as webrtcbin takes it ("candidate:…").
Result<std::optional<std::string>> checkCandidate(std::string_view line);

}  // namespace tributary
