#include "media/transport_cc_sdp.h"

#include <string>
#include <string_view>

namespace tributary {
namespace {

constexpr std::string_view feedback = "transport-cc";

bool concernsTransportCc(const GstSDPAttribute& attribute) {
  const std::string_view key = attribute.key;
  const std::string_view value = attribute.value != nullptr ? attribute.value : "";
  if (key == "extmap") return value.find(transportCcUri) != std::string_view::npos;
  return key == "rtcp-fb" && value.ends_with(feedback);
}

GstSDPMedia& mediaAt(GstSDPMessage& message, guint line) {
  return const_cast<GstSDPMedia&>(*gst_sdp_message_get_media(&message, line));
}

}  // namespace

void hideTransportCc(GstSDPMessage& offer) {
  for (guint line = 0; line < gst_sdp_message_medias_len(&offer); ++line) {
    GstSDPMedia& media = mediaAt(offer, line);
    for (guint i = gst_sdp_media_attributes_len(&media); i > 0; --i) {
      if (concernsTransportCc(*gst_sdp_media_get_attribute(&media, i - 1)))
        gst_sdp_media_remove_attribute(&media, i - 1);
    }
  }
}

void declareTransportCc(GstSDPMessage& answer, const std::vector<MediaLine>& lines) {
  for (guint i = 0; i < lines.size() && i < gst_sdp_message_medias_len(&answer); ++i) {
    const MediaLine& line = lines[i];
    const int id = transportCcId({line});
    if (id == 0) continue;
    GstSDPMedia& media = mediaAt(answer, i);
    gst_sdp_media_add_attribute(&media, "extmap", (std::to_string(id) + " " + transportCcUri).c_str());
    const std::string told = std::to_string(line.payloadType) + " " + std::string(feedback);
    gst_sdp_media_add_attribute(&media, "rtcp-fb", told.c_str());
  }
}

int transportCcId(const std::vector<MediaLine>& lines) {
  for (const auto& line : lines) {
    const auto id = line.extensions.find(transportCcUri);
    if (line.transportCc && id != line.extensions.end()) return id->second;
  }
  return 0;
}

}  // namespace tributary
