#include "media/transport_cc.h"

#include <gst/gst.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <string_view>
#include <vector>

#include "media/probed_packets.h"
#include "media/rtp_extension.h"
#include "media/rtp_header.h"
#include "media/ticker.h"

namespace tributary {
namespace {

struct Header {
  explicit Header(GstBuffer* packet) : size(gst_buffer_extract(packet, 0, bytes.data(), bytes.size())) {}
  std::span<const uint8_t> span() const { return {bytes.data(), size}; }

  std::array<uint8_t, longestRtpHeader> bytes{};
  size_t size;
};

/// Writes into the memory itself: the resender keeps the buffer too, for retransmissions that get a number of
/// their own, and a copy of each packet for its sake would be dear.
bool overwrite16(GstBuffer* buffer, size_t at, uint16_t value) {
  guint index = 0;
  guint length = 0;
  gsize skip = 0;
  if (!gst_buffer_find_memory(buffer, at, 2, &index, &length, &skip) || length != 1) return false;
  GstMemory* memory = gst_buffer_peek_memory(buffer, index);
  GstMapInfo map;
  if (!gst_memory_map(memory, &map, GST_MAP_WRITE)) return false;
  GST_WRITE_UINT16_BE(map.data + skip, value);
  gst_memory_unmap(memory, &map);
  return true;
}

}  // namespace

template <void (TransportCc::*work)(GstBuffer*)>
void TransportCc::watchPackets(GstPad* pad) {
  gst_pad_add_probe(
      pad, packetProbe,
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        forEachPacket(info, [&](GstBuffer* packet) { (static_cast<TransportCc*>(self)->*work)(packet); });
        return GST_PAD_PROBE_OK;
      },
      this, nullptr);
}

void TransportCc::watch(GstPad* pad) {
  const std::string_view name = GST_PAD_NAME(pad);
  if (name == "send_rtp_src_0") watchPackets<&TransportCc::number>(pad);
  if (name == "recv_rtp_sink_0") watchPackets<&TransportCc::note>(pad);
  if (name == "recv_rtcp_sink_0") watchFeedback(pad);
  if (name == "send_rtcp_src_0") rtcp_ = pad;
}

void TransportCc::number(GstBuffer* packet) {
  const Header header(packet);
  const auto at = findExtension(header.span(), id_, 2);
  if (!at) return;
  const auto bytes = static_cast<uint32_t>(gst_buffer_get_size(packet)) + packetOverhead;
  const int64_t now = monotonicNow();
  const std::lock_guard lock(mutex_);
  overwrite16(packet, *at, sent_.add(bytes, now));
}

void TransportCc::note(GstBuffer* packet) {
  const Header header(packet);
  const auto at = findExtension(header.span(), id_, 2);
  if (!at) return;
  const int64_t now = monotonicNow();
  writer_.onPacket(GST_READ_UINT16_BE(header.bytes.data() + *at), now);
  if (now - reportedAt_ < interval) return;
  reportedAt_ = now;
  constexpr size_t ssrcAt = 8;  // RFC 3550, 5.1
  report(GST_READ_UINT32_BE(header.bytes.data() + ssrcAt));
}

/// From the thread that brings packets: a timer for each peer would wake the machine as often for nothing.
void TransportCc::report(uint32_t media) {
  GstPad* const pad = rtcp_;
  if (pad == nullptr) return;
  GstEvent* segment = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
  if (segment == nullptr) return;  // rtpsession has said nothing yet: nobody knows what would come there
  gst_event_unref(segment);
  constexpr uint32_t sender = 1;  // libwebrtc's for feedback that belongs to no stream
  for (auto rtcp = writer_.write(sender, media); !rtcp.empty(); rtcp = writer_.write(sender, media))
    gst_pad_push(pad, gst_buffer_new_memdup(rtcp.data(), rtcp.size()));
}

void TransportCc::watchFeedback(GstPad* pad) {
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        GstBuffer* rtcp = GST_PAD_PROBE_INFO_BUFFER(info);
        GstBuffer* left = static_cast<TransportCc*>(self)->takeFeedback(rtcp);
        if (left == nullptr) return GST_PAD_PROBE_DROP;
        if (left != rtcp) gst_buffer_unref(rtcp);
        info->data = left;
        return GST_PAD_PROBE_OK;
      },
      this, nullptr);
}

GstBuffer* TransportCc::takeFeedback(GstBuffer* rtcp) {
  GstMapInfo map;
  if (!gst_buffer_map(rtcp, &map, GST_MAP_READ)) return rtcp;
  std::span<const uint8_t> rest{map.data, map.size};
  std::vector<uint8_t> left;
  bool taken = false;
  while (rest.size() >= 4) {
    const size_t length = std::min(rest.size(), 4 * (static_cast<size_t>(rest[2] << 8 | rest[3]) + 1));
    const auto packet = rest.first(length);
    rest = rest.subspan(length);
    if (isTransportFeedback(packet)) {
      taken = true;
      if (feedbacks_.take(TokenBucket::Clock::now())) read(packet);
    } else {
      left.insert(left.end(), packet.begin(), packet.end());
    }
  }
  left.insert(left.end(), rest.begin(), rest.end());
  gst_buffer_unmap(rtcp, &map);
  if (!taken) return rtcp;
  if (left.empty()) return nullptr;
  GstBuffer* out = gst_buffer_new_memdup(left.data(), left.size());
  gst_buffer_copy_into(out, rtcp, GST_BUFFER_COPY_METADATA, 0, static_cast<gsize>(-1));
  return out;
}

void TransportCc::read(std::span<const uint8_t> packet) {
  std::vector<PacketFeedback> told;
  const auto read = reader_.read(packet);
  told.reserve(read.size());
  {
    const std::lock_guard lock(mutex_);
    for (const auto& one : read) {
      const auto sent = sent_.find(one.sequence);
      if (!sent) continue;
      told.push_back({one.sequence, sent->bytes, sent->sent, one.arrived.value_or(0), !one.arrived});
    }
  }
  downlink_.onTransportFeedback(told);
}

}  // namespace tributary
