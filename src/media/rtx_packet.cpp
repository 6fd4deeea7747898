#include "media/rtx_packet.h"

#define GST_USE_UNSTABLE_API
#include <gst/sdp/sdp.h>

#include <memory>
#include <sstream>

#include "media/rtp_header.h"

namespace tributary {
namespace {

/// "FID 1 2": 2 bears the retransmissions of 1.
std::optional<uint32_t> pairedWith(const GstSDPMedia& media, uint32_t ssrc) {
  for (guint n = 0;; ++n) {
    const char* group = gst_sdp_media_get_attribute_val_n(&media, "ssrc-group", n);
    if (group == nullptr) return std::nullopt;
    std::istringstream words(group);
    std::string semantics;
    uint32_t first = 0;
    uint32_t second = 0;
    if (words >> semantics >> first >> second && semantics == "FID" && first == ssrc) return second;
  }
}

/// "97 apt=96": 97 is the payload type of 96's retransmissions.
std::optional<int> resentWith(const GstSDPMedia& media, int payloadType) {
  const std::string wanted = "apt=" + std::to_string(payloadType);
  for (guint n = 0;; ++n) {
    const char* parameters = gst_sdp_media_get_attribute_val_n(&media, "fmtp", n);
    if (parameters == nullptr) return std::nullopt;
    std::istringstream words(parameters);
    int own = 0;
    std::string parameter;
    words >> own;
    while (std::getline(words >> std::ws, parameter, ';')) {
      if (parameter == wanted) return own;
    }
  }
}

}  // namespace

std::optional<Retransmission> retransmissionOf(const std::string& sdp, uint32_t ssrc, int payloadType) {
  GstSDPMessage* parsed = nullptr;
  if (gst_sdp_message_new_from_text(sdp.c_str(), &parsed) != GST_SDP_OK) return std::nullopt;
  const std::unique_ptr<GstSDPMessage, decltype(&gst_sdp_message_free)> message(parsed, gst_sdp_message_free);
  for (guint line = 0; line < gst_sdp_message_medias_len(message.get()); ++line) {
    const GstSDPMedia& media = *gst_sdp_message_get_media(message.get(), line);
    const auto paired = pairedWith(media, ssrc);
    const auto type = resentWith(media, payloadType);
    if (paired && type) return Retransmission{*paired, *type};
  }
  return std::nullopt;
}

std::vector<uint8_t> rtxPacket(std::span<const uint8_t> packet, const Retransmission& stream,
                               uint16_t sequence) {
  const auto header = rtpHeaderSize(packet);
  if (!header) return {};
  const auto behind = packet.begin() + static_cast<ptrdiff_t>(*header);
  std::vector<uint8_t> out;
  out.reserve(packet.size() + 2);
  out.assign(packet.begin(), behind);
  out.push_back(packet[2]);
  out.push_back(packet[3]);
  out.insert(out.end(), behind, packet.end());
  out[1] = static_cast<uint8_t>((packet[1] & 0x80) | stream.payloadType);
  GST_WRITE_UINT16_BE(out.data() + 2, sequence);
  GST_WRITE_UINT32_BE(out.data() + 8, stream.ssrc);
  return out;
}

}  // namespace tributary
