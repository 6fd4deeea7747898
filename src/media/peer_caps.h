#pragma once

#include <gst/gst.h>

#include <optional>

#include "media/peer_connection.h"

namespace tributary {

/// The one codec an m-line is answered with, for the transceiver's codec-preferences. Transfer full.
GstCaps* lineCaps(const MediaLine& line);

/// What the mix looks like on that line when it is sent: the same and an SSRC. Transfer full.
GstCaps* sendingCaps(const MediaLine& line, uint32_t ssrc);

/// Loss and round trip of the worst stream a client reports on; nullopt before its first report.
std::optional<PeerConnection::Quality> qualityFromStats(const GstStructure* stats);

}  // namespace tributary
