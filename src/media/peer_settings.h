#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tributary {

/// WebRTC's colour space header extension (the webrtc project's rtp-hdrext/color-space).
inline constexpr const char* colourSpaceUri = "http://www.webrtc.org/experiments/rtp-hdrext/color-space";

/// How loud each packet's sound is, in the clear (RFC 6464).
inline constexpr const char* audioLevelUri = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";

/// Numbers all packets of a transport, for the receiver's feedback on each of them.
inline constexpr const char* transportCcUri =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

/// One m-line of a checked offer as the mixer will answer it.
struct MediaLine {
  enum class Kind { audio, video };
  Kind kind = Kind::audio;
  bool screen = false;  ///< a video line that brings the client's screen; the mix never goes out on it
  std::string mid;
  bool receive = true;   ///< the client sends on it
  bool send = true;      ///< the client takes the mix on it
  std::string codec;     ///< "OPUS", "VP8", …, upper case
  int payloadType = 96;  ///< the client's
  int clockRate = 90'000;
  std::map<std::string, std::string> format;  ///< fmtp to keep in the answer ("profile-level-id", …)
  std::map<std::string, int> extensions;      ///< RTP header extensions to keep: URI → the client's id
  bool transportCc = false;                   ///< the client asks for transport-wide feedback
};

struct PeerOffer {
  std::string sdp;               ///< checked: it is about to reach webrtcbin
  std::string fingerprint;       ///< SHA-256 of the client's certificate, upper-case hex, no colons
  std::vector<MediaLine> lines;  ///< in m-line order
};

struct PeerSettings {
  int latencyMs = 60;  ///< how long a lost packet is waited for; costs nothing while none is lost
  int64_t longestHold = 200'000'000;  ///< ns that sound is held for a late picture (lip_sync.h); 0: none
  int udpPortMin = 0;                 ///< 0: any
  int udpPortMax = 0;
  std::string stunServer;  ///< "stun://host:port", or empty
  int maxStreams = 8;      ///< SSRCs a client may use up, rtx included
};

}  // namespace tributary
