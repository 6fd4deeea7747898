#include "media/start_bitrate.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace tributary {
namespace {

constexpr std::array<std::string_view, 3> hinted = {"VP8/", "VP9/", "H264/"};

/// The attribute "fmtp" of a payload type, or the number of attributes.
guint parametersOf(const GstSDPMedia& media, const std::string& payloadType) {
  const guint count = gst_sdp_media_attributes_len(&media);
  for (guint i = 0; i < count; ++i) {
    const GstSDPAttribute* attribute = gst_sdp_media_get_attribute(&media, i);
    if (std::string_view(attribute->key) == "fmtp" &&
        std::string_view(attribute->value).starts_with(payloadType + " ")) {
      return i;
    }
  }
  return count;
}

void hint(GstSDPMedia& media, const std::string& payloadType, const std::string& parameter) {
  const guint at = parametersOf(media, payloadType);
  if (at == gst_sdp_media_attributes_len(&media)) {
    gst_sdp_media_add_attribute(&media, "fmtp", (payloadType + " " + parameter).c_str());
    return;
  }
  const std::string value = gst_sdp_media_get_attribute(&media, at)->value;
  GstSDPAttribute attribute;
  gst_sdp_attribute_set(&attribute, "fmtp", (value + ";" + parameter).c_str());
  gst_sdp_media_replace_attribute(&media, at, &attribute);
}

void hintVideoCodecs(GstSDPMedia& media, const std::string& parameter) {
  for (guint n = 0;; ++n) {
    const char* found = gst_sdp_media_get_attribute_val_n(&media, "rtpmap", n);
    if (found == nullptr) return;
    const std::string map = found;  // "96 VP8/90000"
    const size_t space = std::min(map.find(' '), map.size() - 1);
    const auto names = [&](std::string_view codec) {
      return std::string_view(map).substr(space + 1).starts_with(codec);
    };
    if (std::any_of(hinted.begin(), hinted.end(), names)) hint(media, map.substr(0, space), parameter);
  }
}

}  // namespace

void hintStartBitrate(GstSDPMessage& answer, int bitrate) {
  const std::string parameter = "x-google-start-bitrate=" + std::to_string(bitrate / 1000);
  for (guint line = 0; line < gst_sdp_message_medias_len(&answer); ++line)
    hintVideoCodecs(const_cast<GstSDPMedia&>(*gst_sdp_message_get_media(&answer, line)), parameter);
}

}  // namespace tributary
