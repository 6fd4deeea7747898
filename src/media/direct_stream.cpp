#include "media/direct_stream.h"

#include <gst/gst.h>

#include <array>

#include "media/direct_sender.h"
#include "media/resender.h"
#include "media/rtp_header.h"
#include "media/ticker.h"
#include "media/transport_cc.h"

namespace tributary {

void DirectStream::count(GstBuffer* packet) {
  std::array<uint8_t, longestRtpHeader> bytes{};
  const size_t looked = gst_buffer_extract(packet, 0, bytes.data(), bytes.size());
  ++packets_;
  const size_t header = rtpHeaderSize({bytes.data(), looked}).value_or(0);
  octets_ += static_cast<uint32_t>(gst_buffer_get_size(packet) - header);
}

bool DirectStream::send(GstBuffer* const* packets, unsigned count) {
  for (unsigned i = 0; i < count; ++i) {
    this->count(packets[i]);
    if (resender_ != nullptr) resender_->keep(packets[i]);
  }
  const int64_t now = monotonicNow();
  if (shownAt_ == 0 || now - shownAt_ >= shownEvery || !sender_.ready()) {
    shownAt_ = now;
    return false;
  }
  if (numbers_ != nullptr) {
    for (unsigned i = 0; i < count; ++i)
      numbers_->number(packets[i]);
  }
  const bool sent = sender_.send(packets, count);
  if (sent) direct_ += count;
  return sent;
}

}  // namespace tributary
