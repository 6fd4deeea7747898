#include "loadgen/rtp_stream.h"

#include <array>

namespace tributary::load {

GstBuffer* RtpStream::packet(GstMemory* payload, uint32_t timestamp, bool marker,
                             std::optional<uint8_t> level) {
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, level ? 20 : 12, nullptr);
  GstMapInfo map;
  gst_buffer_map(buffer, &map, GST_MAP_WRITE);
  map.data[0] = level ? 0x90 : 0x80;
  map.data[1] = static_cast<uint8_t>(payloadType_ | (marker ? 0x80 : 0));
  GST_WRITE_UINT16_BE(map.data + 2, sequence_);
  GST_WRITE_UINT32_BE(map.data + 4, timestamp);
  GST_WRITE_UINT32_BE(map.data + 8, ssrc_);
  if (level) {
    GST_WRITE_UINT32_BE(map.data + 12, 0xbede0001);
    GST_WRITE_UINT32_BE(map.data + 16, static_cast<uint32_t>(levelExtension << 4) << 24 | *level << 16);
  }
  gst_buffer_unmap(buffer, &map);
  gst_buffer_append_memory(buffer, gst_memory_ref(payload));
  ++sequence_;
  return buffer;
}

std::optional<RtpHeader> readRtpHeader(std::span<const uint8_t> packet) {
  if (packet.size() < 12 || packet[0] >> 6 != 2) return std::nullopt;
  if (packet[1] >= 192 && packet[1] <= 223) return std::nullopt;  // RTCP, RFC 5761
  const auto* data = packet.data();
  RtpHeader header;
  header.payloadType = data[1] & 0x7f;
  header.marker = (data[1] & 0x80) != 0;
  header.sequence = GST_READ_UINT16_BE(data + 2);
  header.timestamp = GST_READ_UINT32_BE(data + 4);
  header.ssrc = GST_READ_UINT32_BE(data + 8);
  header.size = 12 + 4 * static_cast<size_t>(data[0] & 0x0f);
  if ((data[0] & 0x10) != 0 && packet.size() >= header.size + 4) {
    header.size += 4 + 4 * static_cast<size_t>(GST_READ_UINT16_BE(data + header.size + 2));
  }
  if (header.size > packet.size()) return std::nullopt;
  return header;
}

std::optional<RtpHeader> readRtpHeader(GstBuffer* packet) {
  std::array<uint8_t, 96> start{};
  const gsize size = gst_buffer_extract(packet, 0, start.data(), start.size());
  return readRtpHeader(std::span(start.data(), size));
}

}  // namespace tributary::load
