#include "media/resender.h"

#include <gst/gst.h>

#include <array>
#include <mutex>
#include <optional>
#include <utility>

#include "media/direct_sender.h"
#include "media/elements.h"
#include "media/peer_output.h"
#include "media/transport_cc.h"

namespace tributary {
namespace {

constexpr size_t sequenceAt = 2;  // RFC 3550, 5.1

std::optional<uint16_t> sequenceOf(GstBuffer* packet) {
  std::array<uint8_t, 2> bytes{};
  if (gst_buffer_extract(packet, sequenceAt, bytes.data(), bytes.size()) != bytes.size()) return std::nullopt;
  return GST_READ_UINT16_BE(bytes.data());
}

}  // namespace

Resender::Resender(std::shared_ptr<PeerOutput> output, DirectSender& sender, TransportCc* numbers)
    : output_(std::move(output)), sender_(sender), numbers_(numbers) {}

Resender::~Resender() {
  for (GstBuffer* packet : packets_) {
    if (packet != nullptr) gst_buffer_unref(packet);
  }
}

bool Resender::takeOver(GstElement* webrtc, const Retransmission& agreed) {
  const auto own = findElement(webrtc, "rtprtxsend");
  if (!own || active_) return false;
  {
    const std::lock_guard lock(mutex_);
    agreed_ = agreed;
    sequence_ = static_cast<uint16_t>(g_random_int_range(0, 1 << 15));
    packets_.assign(kept, nullptr);
  }
  // Requests come upstream as events of rtpsession's.
  const auto pad = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(own.get(), "src"));
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        const GstStructure* request = gst_event_get_structure(GST_PAD_PROBE_INFO_EVENT(info));
        if (request == nullptr || !gst_structure_has_name(request, "GstRTPRetransmissionRequest"))
          return GST_PAD_PROBE_OK;
        guint sequence = 0;
        if (gst_structure_get_uint(request, "seqnum", &sequence))
          static_cast<Resender*>(self)->resend(static_cast<uint16_t>(sequence));
        return GST_PAD_PROBE_DROP;
      },
      this, nullptr);
  active_ = true;
  return true;
}

void Resender::keep(GstBuffer* packet) {
  const auto sequence = sequenceOf(packet);
  const std::lock_guard lock(mutex_);
  if (packets_.empty() || !sequence) return;
  GstBuffer* old = std::exchange(packets_[*sequence % kept], gst_buffer_ref(packet));
  if (old != nullptr) gst_buffer_unref(old);
}

GstBuffer* Resender::next(uint16_t sequence) {
  const std::lock_guard lock(mutex_);
  GstBuffer* packet = packets_.empty() ? nullptr : packets_[sequence % kept];
  if (packet == nullptr || sequenceOf(packet) != sequence) return nullptr;
  if (!limit_.take(TokenBucket::Clock::now())) {
    ++refused_;
    return nullptr;
  }
  std::vector<uint8_t> original(gst_buffer_get_size(packet));
  gst_buffer_extract(packet, 0, original.data(), original.size());
  const auto again = rtxPacket(original, agreed_, ++sequence_);
  return gst_buffer_new_memdup(again.data(), again.size());
}

void Resender::resend(uint16_t sequence) {
  if (output_->isPast(sequence)) return;
  GstBuffer* packet = next(sequence);
  if (packet == nullptr) return;
  if (numbers_ != nullptr) numbers_->number(packet);
  sender_.send(&packet, 1);
  gst_buffer_unref(packet);
  ++sent_;
}

}  // namespace tributary
