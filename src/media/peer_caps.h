#pragma once

#include <gst/gst.h>

#include "media/peer_connection.h"

namespace tributary {

/// The one codec an m-line is answered with, for the transceiver's codec-preferences. Transfer full.
GstCaps* lineCaps(const MediaLine& line);

/// What the mix looks like on that line when it is sent: the same and an SSRC. Transfer full.
GstCaps* sendingCaps(const MediaLine& line, uint32_t ssrc);

}  // namespace tributary
