#include "media/padding.h"

#include <gst/gst.h>

#include <algorithm>

#include "media/downlink.h"
#include "media/elements.h"
#include "media/peer_output.h"
#include "media/ticker.h"

namespace tributary {
namespace {

constexpr std::chrono::milliseconds interval{20};
constexpr double mostOwed = 20'000;  // bytes: what a busy machine did not send in time is not made up for

/// Whether any payload type has one to be retransmitted with.
bool isMapped(GstElement* resender) {
  GstStructure* map = nullptr;
  g_object_get(resender, "payload-type-map", &map, nullptr);
  if (map == nullptr) return false;
  const bool mapped = gst_structure_n_fields(map) > 0;
  gst_structure_free(map);
  return mapped;
}

}  // namespace

Padding::Padding(GstElement* webrtc, std::shared_ptr<PeerOutput> output)
    : webrtc_(ObjectPtr<GstElement>::share(webrtc)), output_(std::move(output)) {}

bool Padding::possible() {
  constexpr int mostTries = 20;  // it is there soon after the answer, or never
  if (!resender_ && tries_++ < mostTries) {
    resender_ = findElement(webrtc_.get(), "rtprtxsend");  // null before the first m-line has one
    if (resender_ && !isMapped(resender_.get())) resender_.reset();
    if (resender_) keepBackThePast();
  }
  return static_cast<bool>(resender_);
}

/// Requests come upstream as events of rtpsession's.
void Padding::keepBackThePast() {
  const auto pad = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(resender_.get(), "src"));
  gst_pad_add_probe(
      pad.get(), GST_PAD_PROBE_TYPE_EVENT_UPSTREAM,
      [](GstPad*, GstPadProbeInfo* info, gpointer held) {
        const auto& output = **static_cast<std::shared_ptr<PeerOutput>*>(held);
        const GstStructure* request = gst_event_get_structure(GST_PAD_PROBE_INFO_EVENT(info));
        guint sequence = 0;
        const bool asks = request != nullptr &&
                          gst_structure_has_name(request, "GstRTPRetransmissionRequest") &&
                          gst_structure_get_uint(request, "seqnum", &sequence);
        return asks && output.isPast(static_cast<uint16_t>(sequence)) ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
      },
      new std::shared_ptr<PeerOutput>(output_),
      [](gpointer held) { delete static_cast<std::shared_ptr<PeerOutput>*>(held); });
}

void Padding::setTarget(double bitrate) {
  target_ = bitrate;
  if (target_ <= 0 || !possible()) return timer_.stop();
  if (timer_.running()) return;
  owed_ = 0;
  sent_ = RateMeter(250'000'000);
  tickedAt_ = monotonicNow();
  timer_ = Timer::every(interval, [this] { tick(); });
}

void Padding::tick() {
  const int64_t now = monotonicNow();
  const auto video = output_->video();
  const auto audio = output_->audio();
  sent_.update(video.bytes + audio.bytes + (video.packets + audio.packets) * packetOverhead, now);
  owed_ += std::max(0.0, target_ - sent_.bitrate()) / 8 * static_cast<double>(now - tickedAt_) * 1e-9;
  owed_ = std::min(owed_, mostOwed);
  tickedAt_ = now;
  if (sent_.bitrate() > 0) send();
}

void Padding::send() {
  const auto recent = output_->recentVideo();
  if (recent.packets.empty()) return;
  const auto pad = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(resender_.get(), "src"));
  for (; owed_ > 0; ++next_) {
    const auto& packet = recent.packets[next_ % recent.packets.size()];
    owed_ -= packet.bytes + packetOverhead;
    GstStructure* request =
        gst_structure_new("GstRTPRetransmissionRequest", "seqnum", G_TYPE_UINT, guint{packet.sequence},
                          "ssrc", G_TYPE_UINT, recent.ssrc, nullptr);
    gst_pad_send_event(pad.get(), gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM, request));
  }
}

}  // namespace tributary
