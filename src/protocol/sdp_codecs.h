#pragma once

#include <vector>

#include "protocol/sdp_offer.h"
#include "protocol/sdp_text.h"

namespace tributary::sdp {

/// What an rtpmap says of a payload type; fmtp and rtx folded into SdpCodec by readCodecs().
struct PayloadType {
  int number = 0;
  std::string name;  ///< upper case
  int clockRate = 0;
  int channels = 1;
};

struct Codecs {
  std::vector<PayloadType> payloadTypes;  ///< all of them, in the m-line's order
  std::vector<SdpCodec> codecs;           ///< those a mixer could use: no rtx, red, FEC, tones, comfort noise
};

/// Payload types, rtpmap, fmtp and rtcp-fb of one m-line; `formats` are the words behind its protocol.
Result<Codecs> readCodecs(const Section& section, SdpMedia::Kind kind,
                          const std::vector<std::string_view>& formats, const SdpLimits& limits);

}  // namespace tributary::sdp
