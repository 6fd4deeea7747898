#include "media/rtp_rewriter.h"

#include <gst/gst.h>

#include <algorithm>
#include <array>

namespace tributary {
namespace {

constexpr size_t fixedHeader = 12;  // RFC 3550, 5.1

// SMPTE 170M (BT.601) primaries, transfer and matrix by their numbers in ITU-T H.273, and limited range:
// what cameras' I420 is in every browser. Unsaid, Chromium takes decoded pictures of 720 lines for BT.709.
constexpr std::array<uint8_t, 4> bt601 = {6, 6, 6, 1 << 4};

}  // namespace

/// A block of one-byte-header extensions (RFC 8285, 4.2) behind the fixed header.
GstMemory* RtpRewriter::withExtensions(GstMemory* header, bool colourSpace) const {
  const size_t elements = (transportCcId_ != 0 ? 3 : 0) + (colourSpace ? 1 + bt601.size() : 0);
  const size_t words = (elements + 3) / 4;
  GstMemory* out = gst_allocator_alloc(nullptr, fixedHeader + 4 + words * 4, nullptr);
  GstMapInfo from;
  GstMapInfo to;
  gst_memory_map(header, &from, GST_MAP_READ);
  gst_memory_map(out, &to, GST_MAP_WRITE);
  std::fill_n(to.data, to.size, uint8_t{0});
  std::copy_n(from.data, fixedHeader, to.data);
  to.data[0] |= 0x10;  // the X bit
  GST_WRITE_UINT16_BE(to.data + fixedHeader, 0xbede);
  GST_WRITE_UINT16_BE(to.data + fixedHeader + 2, static_cast<uint16_t>(words));
  uint8_t* at = to.data + fixedHeader + 4;
  if (transportCcId_ != 0) {
    *at = static_cast<uint8_t>(transportCcId_ << 4 | 1);  // two bytes, for TransportCc to fill
    at += 3;
  }
  if (colourSpace) {
    *at = static_cast<uint8_t>(colourSpaceId_ << 4 | (bt601.size() - 1));
    std::copy(bt601.begin(), bt601.end(), at + 1);
  }
  gst_memory_unmap(out, &to);
  gst_memory_unmap(header, &from);
  gst_memory_unref(header);
  return out;
}

void RtpRewriter::remember(uint32_t bytes) {
  constexpr size_t kept = 32;
  recent_.push_back({lastSequence_, bytes});
  if (recent_.size() > kept) recent_.pop_front();
}

void RtpRewriter::align(uint16_t sequence, uint32_t timestamp, uint64_t pts) {
  if (started_) {
    // As much later on the RTP clock as the packet is on ours, and at least one tick of it.
    const uint64_t elapsed = pts > lastPts_ ? pts - lastPts_ : 0;
    const auto ticks = static_cast<uint32_t>(std::max<uint64_t>(1, elapsed * clockRate_ / GST_SECOND));
    sequenceOffset_ = static_cast<uint16_t>(lastSequence_ + 1 - sequence);
    timestampOffset_ = lastTimestamp_ + ticks - timestamp;
  }
  started_ = true;
  continuing_ = false;
}

GstBuffer* RtpRewriter::rewrite(GstBuffer* packet) {
  if (gst_buffer_n_memory(packet) == 0) return nullptr;
  GstMemory* first = gst_buffer_peek_memory(packet, 0);
  if (gst_memory_get_sizes(first, nullptr, nullptr) < fixedHeader) return nullptr;
  GstMemory* header = gst_memory_copy(first, 0, -1);
  GstMapInfo map;
  if (!gst_memory_map(header, &map, GST_MAP_READWRITE)) {
    gst_memory_unref(header);
    return nullptr;
  }
  const uint16_t sequence = GST_READ_UINT16_BE(map.data + 2);
  const uint32_t timestamp = GST_READ_UINT32_BE(map.data + 4);
  if (!started_ || continuing_) align(sequence, timestamp, GST_BUFFER_PTS(packet));
  lastSequence_ = static_cast<uint16_t>(sequence + sequenceOffset_);
  lastTimestamp_ = timestamp + timestampOffset_;
  lastPts_ = GST_BUFFER_PTS(packet);
  map.data[1] = static_cast<uint8_t>((map.data[1] & 0x80) | payloadType_);
  GST_WRITE_UINT16_BE(map.data + 2, lastSequence_);
  GST_WRITE_UINT32_BE(map.data + 4, lastTimestamp_);
  GST_WRITE_UINT32_BE(map.data + 8, ssrc_);
  const bool bare = map.size == fixedHeader && (map.data[0] & 0x1f) == 0;  // no extension, no CSRC yet
  gst_memory_unmap(header, &map);
  const bool colourSpace = colourSpaceDue_ && colourSpaceId_ != 0;
  if (bare && (colourSpace || transportCcId_ != 0)) header = withExtensions(header, colourSpace);
  colourSpaceDue_ = false;

  GstBuffer* out = gst_buffer_new();
  gst_buffer_copy_into(out, packet,
                       static_cast<GstBufferCopyFlags>(GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS), 0,
                       static_cast<gsize>(-1));
  gst_buffer_append_memory(out, header);
  for (guint i = 1; i < gst_buffer_n_memory(packet); ++i) {
    gst_buffer_append_memory(out, gst_buffer_get_memory(packet, i));
  }
  remember(static_cast<uint32_t>(gst_buffer_get_size(out)));
  return out;
}

}  // namespace tributary
