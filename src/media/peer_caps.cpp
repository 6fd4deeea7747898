#include "media/peer_caps.h"

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
  for (const auto& [key, value] : line.format) {
    gst_caps_set_simple(caps, key.c_str(), G_TYPE_STRING, value.c_str(), nullptr);
  }
  for (const auto& [uri, id] : line.extensions) {
    if (uri == transportCcUri) continue;  // ours (transport_cc.h)
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

}  // namespace tributary
