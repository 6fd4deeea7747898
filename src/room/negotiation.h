#pragma once

#include "media/peer_settings.h"
#include "protocol/sdp_offer.h"

namespace tributary {

/// Decides how an offer is answered: for each m-line one codec, the first of the client's that the mixer
/// has, and the directions. The first video m-line is the camera's and takes the mix; a second is the
/// screen's, in only. Errors: unsupportedCodec, naming what the client offered and what would do. Pure.
Result<PeerOffer> negotiate(const SdpOffer& offer);

}  // namespace tributary
