#include "media/jitter_buffers.h"

#include <gst/gst.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace tributary {
namespace {

ResendWait::Reading read(GstElement* buffer, double pathMs) {
  GstStructure* stats = nullptr;
  g_object_get(buffer, "stats", &stats, nullptr);
  if (stats == nullptr) return {};
  guint64 lost = 0;
  guint64 late = 0;
  guint64 asked = 0;
  guint64 jitter = 0;
  guint64 roundTrip = 0;
  gst_structure_get(stats, "num-lost", G_TYPE_UINT64, &lost, "num-late", G_TYPE_UINT64, &late, "rtx-count",
                    G_TYPE_UINT64, &asked, "avg-jitter", G_TYPE_UINT64, &jitter, "rtx-rtt", G_TYPE_UINT64,
                    &roundTrip, nullptr);
  gst_structure_free(stats);
  return {lost,  late, asked, static_cast<double>(roundTrip) * 1e-6, static_cast<double>(jitter) * 1e-6,
          pathMs};
}

bool hasParent(GstElement* element) {
  return static_cast<bool>(ObjectPtr<GstObject>::adopt(gst_object_get_parent(GST_OBJECT(element))));
}

bool isVideo(GstPad* pad) {
  GstCaps* caps = gst_pad_get_current_caps(pad);
  if (caps == nullptr) return false;
  const char* media = gst_structure_get_string(gst_caps_get_structure(caps, 0), "media");
  const bool video = std::string_view(media != nullptr ? media : "") == "video";
  gst_caps_unref(caps);
  return video;
}

/// In rtpbin the buffer itself knows payload types alone; what they are is known behind it, in rtpptdemux.
bool carriesVideo(GstElement* buffer) {
  const auto pad = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(buffer, "src"));
  if (isVideo(pad.get())) return true;
  const auto next = ObjectPtr<GstPad>::adopt(gst_pad_get_peer(pad.get()));
  const auto demux = ObjectPtr<GstElement>::adopt(next ? gst_pad_get_parent_element(next.get()) : nullptr);
  bool found = false;
  const auto look = [](GstElement*, GstPad* one, gpointer out) -> gboolean {
    if (isVideo(one)) *static_cast<bool*>(out) = true;
    return TRUE;
  };
  if (demux) gst_element_foreach_src_pad(demux.get(), look, &found);
  return found;
}

}  // namespace

JitterBuffers::JitterBuffers(int start) : start_(start) {}

void JitterBuffers::add(GstElement* buffer) {
  // Asks for what is missing between others, not for what is a little late: each would be a packet of RTCP.
  g_object_set(buffer, "rtx-next-seqnum", FALSE, nullptr);
  const std::lock_guard lock(mutex_);
  buffers_.push_back({ObjectPtr<GstElement>::share(buffer), ResendWait(start_)});
}

void JitterBuffers::adapt(double roundTripMs) {
  const std::lock_guard lock(mutex_);
  std::erase_if(buffers_,
                [](const Buffer& buffer) { return buffer.inUse && !hasParent(buffer.element.get()); });
  for (auto& buffer : buffers_) {
    buffer.inUse = buffer.inUse || hasParent(buffer.element.get());
    const int before = buffer.wait.current();
    const auto reading = read(buffer.element.get(), roundTripMs);
    const int wait = buffer.wait.update(reading);
    const uint64_t counted = std::exchange(buffer.lost, reading.lost);
    if (reading.lost > counted && carriesVideo(buffer.element.get())) videoLost_ += reading.lost - counted;
    if (wait != before) g_object_set(buffer.element.get(), "latency", static_cast<guint>(wait), nullptr);
  }
}

int JitterBuffers::longest() const {
  const std::lock_guard lock(mutex_);
  int out = 0;
  for (const auto& buffer : buffers_)
    out = std::max(out, buffer.wait.current());
  return out;
}

uint64_t JitterBuffers::videoLost() const {
  const std::lock_guard lock(mutex_);
  return videoLost_;
}

}  // namespace tributary
