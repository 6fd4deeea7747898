#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "protocol/sdp_codecs.h"
#include "protocol/sdp_offer.h"
#include "protocol/sdp_text.h"

namespace tributary::sdp {

/// ICE and DTLS attributes, which may stand in the session's part, in an m-line's, or in both.
struct Transport {
  std::string ufrag;
  std::string password;
  std::string fingerprint;  ///< as SdpOffer::fingerprint
  std::string setup;
};

/// One m-line that holds up on its own; parseOffer() compares it with the others.
struct MediaPart {
  SdpMedia media;
  Transport transport;
  std::vector<PayloadType> payloadTypes;
  std::map<int, std::string> extensionIds;  ///< id → URI
  std::set<uint32_t> ssrcs;
  bool bundleOnly = false;
  int line = 0;  ///< of the m=
};

/// Reads the transport attributes of a section, over what `inherited` says. Missing ones stay empty.
Result<Transport> readTransport(const Section& section, const Transport& inherited);

/// Reads and checks an m-line's section. Lines that must not go on to webrtcbin lose their `keep`.
Result<MediaPart> readMedia(Section& section, const Transport& session, const SdpLimits& limits);

/// Takes `keep` from the attributes that nobody here knows, so that they go no further.
void dropUnknownAttributes(Section& section);

}  // namespace tributary::sdp
