#include "media/peer_caps.h"

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include <algorithm>

namespace tributary {

GstCaps* lineCaps(const MediaLine& line) {
  const bool video = line.kind == MediaLine::Kind::video;
  GstCaps* caps =
      gst_caps_new_simple("application/x-rtp", "media", G_TYPE_STRING, video ? "video" : "audio",
                          "encoding-name", G_TYPE_STRING, line.codec.c_str(), "payload", G_TYPE_INT,
                          line.payloadType, "clock-rate", G_TYPE_INT, line.clockRate, nullptr);
  if (video) {
    gst_caps_set_simple(caps, "rtcp-fb-nack", G_TYPE_BOOLEAN, TRUE, "rtcp-fb-nack-pli", G_TYPE_BOOLEAN, TRUE,
                        "rtcp-fb-ccm-fir", G_TYPE_BOOLEAN, TRUE, nullptr);
  } else {
    gst_caps_set_simple(caps, "encoding-params", G_TYPE_STRING, "2", nullptr);
  }
  if (line.transportCc) gst_caps_set_simple(caps, "rtcp-fb-transport-cc", G_TYPE_BOOLEAN, TRUE, nullptr);
  for (const auto& [key, value] : line.format) {
    gst_caps_set_simple(caps, key.c_str(), G_TYPE_STRING, value.c_str(), nullptr);
  }
  for (const auto& [uri, id] : line.extensions) {
    const std::string field = "extmap-" + std::to_string(id);
    gst_caps_set_simple(caps, field.c_str(), G_TYPE_STRING, uri.c_str(), nullptr);
  }
  return caps;
}

GstCaps* sendingCaps(const MediaLine& line, uint32_t ssrc) {
  GstCaps* caps = lineCaps(line);
  gst_caps_set_simple(caps, "ssrc", G_TYPE_UINT, ssrc, nullptr);
  return caps;
}

std::optional<PeerConnection::Quality> qualityFromStats(const GstStructure* stats) {
  if (stats == nullptr) return std::nullopt;
  std::optional<PeerConnection::Quality> worst;
  gst_structure_foreach(
      stats,
      [](GQuark, const GValue* value, gpointer data) -> gboolean {
        if (!GST_VALUE_HOLDS_STRUCTURE(value)) return TRUE;
        const GstStructure* entry = gst_value_get_structure(value);
        GstWebRTCStatsType type{};
        if (!gst_structure_get(entry, "type", GST_TYPE_WEBRTC_STATS_TYPE, &type, nullptr)) return TRUE;
        if (type != GST_WEBRTC_STATS_REMOTE_INBOUND_RTP) return TRUE;
        double lost = 0;
        double roundTrip = 0;
        gst_structure_get_double(entry, "fraction-lost", &lost);
        gst_structure_get_double(entry, "round-trip-time", &roundTrip);
        auto& out = *static_cast<std::optional<PeerConnection::Quality>*>(data);
        if (!out) out.emplace();
        out->fractionLost = std::max(out->fractionLost, lost);
        out->roundTripMs = std::max(out->roundTripMs, roundTrip * 1000);
        return TRUE;
      },
      &worst);
  return worst;
}

}  // namespace tributary
