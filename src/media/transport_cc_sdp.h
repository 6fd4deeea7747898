#pragma once

#include <gst/sdp/sdp.h>

#include <vector>

#include "media/peer_settings.h"

namespace tributary {

/// Takes transport-wide congestion control out of an offer: what webrtcbin does not read it does not do.
void hideTransportCc(GstSDPMessage& offer);

/// Says in the answer that we do it, on each line whose client asks for it.
void declareTransportCc(GstSDPMessage& answer, const std::vector<MediaLine>& lines);

/// The header extension's id; the same on all bundled lines (RFC 8843, 8). 0 when nobody asks for it.
int transportCcId(const std::vector<MediaLine>& lines);

}  // namespace tributary
