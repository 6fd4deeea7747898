#include "media/voice_filter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace tributary {
namespace {

constexpr const char* missingWords = "needs the element webrtcdsp, of GStreamer's package plugins-bad";
constexpr float fullScale = 32767;

const char* levelName(VoiceSettings::Denoise denoise) {
  switch (denoise) {
    case VoiceSettings::Denoise::moderate:
      return "moderate";
    case VoiceSettings::Denoise::high:
      return "high";
    default:
      return "low";
  }
}

ObjectPtr<GstPad> padOf(const char* name, GstPadDirection direction) {
  auto pad = ObjectPtr<GstPad>::sink(gst_pad_new(name, direction));
  gst_pad_set_active(pad.get(), TRUE);
  return pad;
}

}  // namespace

std::string VoiceFilter::missing() {
  const auto factory = ObjectPtr<GstElementFactory>::adopt(gst_element_factory_find("webrtcdsp"));
  return factory ? "" : missingWords;
}

Result<std::unique_ptr<VoiceFilter>> VoiceFilter::create(const VoiceSettings& settings) {
  const bool denoise = settings.denoise != VoiceSettings::Denoise::off;
  std::unique_ptr<VoiceFilter> filter(new VoiceFilter);
  filter->dsp_ = ObjectPtr<GstElement>::sink(gst_element_factory_make("webrtcdsp", nullptr));
  GstElement* dsp = filter->dsp_.get();
  if (dsp == nullptr) return fail(ErrorCode::internal, missingWords);
  // No echo to cancel: nobody's own mix bears their voice, and clients cancel their rooms' own.
  g_object_set(dsp, "echo-cancel", FALSE, "noise-suppression", denoise ? TRUE : FALSE, "gain-control",
               settings.gain ? TRUE : FALSE, "limiter", settings.gain ? TRUE : FALSE, nullptr);
  gst_util_set_object_arg(G_OBJECT(dsp), "noise-suppression-level", levelName(settings.denoise));
  gst_util_set_object_arg(G_OBJECT(dsp), "gain-control-mode", "adaptive-digital");
  filter->start();
  return filter;
}

void VoiceFilter::start() {
  in_ = padOf("in", GST_PAD_SRC);
  out_ = padOf("out", GST_PAD_SINK);
  gst_pad_set_element_private(out_.get(), this);
  gst_pad_set_chain_function(out_.get(), take);
  const auto sink = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(dsp_.get(), "sink"));
  const auto source = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(dsp_.get(), "src"));
  gst_pad_link(in_.get(), sink.get());
  gst_pad_link(source.get(), out_.get());
  gst_element_set_state(dsp_.get(), GST_STATE_PLAYING);
  gst_pad_push_event(in_.get(), gst_event_new_stream_start("voice"));
  GstCaps* caps = gst_caps_new_simple(
      "audio/x-raw", "format", G_TYPE_STRING, G_BYTE_ORDER == G_LITTLE_ENDIAN ? "S16LE" : "S16BE", "layout",
      G_TYPE_STRING, "interleaved", "rate", G_TYPE_INT, audioRate, "channels", G_TYPE_INT, 1, nullptr);
  gst_pad_push_event(in_.get(), gst_event_new_caps(caps));
  gst_caps_unref(caps);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_pad_push_event(in_.get(), gst_event_new_segment(&segment));
}

VoiceFilter::~VoiceFilter() {
  if (dsp_) gst_element_set_state(dsp_.get(), GST_STATE_NULL);
}

void VoiceFilter::run(AudioBlock& block) {
  std::array<int16_t, audioFrame> samples{};
  std::ranges::transform(block, samples.begin(), [](float sample) {
    return static_cast<int16_t>(std::lround(std::clamp(sample, -1.0F, 1.0F) * fullScale));
  });
  GstBuffer* buffer = gst_buffer_new_memdup(samples.data(), sizeof samples);
  GST_BUFFER_PTS(buffer) = position_;
  GST_BUFFER_DURATION(buffer) = static_cast<GstClockTime>(audioTick);
  position_ += static_cast<GstClockTime>(audioTick);
  taken_ = 0;
  if (gst_pad_push(in_.get(), buffer) == GST_FLOW_OK && taken_ == filtered_.size()) block = filtered_;
}

/// Called inside gst_pad_push(), twice for each block: webrtcdsp works in steps of 10 ms.
GstFlowReturn VoiceFilter::take(GstPad* pad, GstObject* /*parent*/, GstBuffer* buffer) {
  auto* self = static_cast<VoiceFilter*>(gst_pad_get_element_private(pad));
  const size_t count =
      std::min(gst_buffer_get_size(buffer) / sizeof(int16_t), self->filtered_.size() - self->taken_);
  std::array<int16_t, audioFrame> samples{};
  gst_buffer_extract(buffer, 0, samples.data(), count * sizeof(int16_t));
  gst_buffer_unref(buffer);
  std::transform(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(count),
                 self->filtered_.begin() + static_cast<std::ptrdiff_t>(self->taken_),
                 [](int16_t sample) { return static_cast<float>(sample) / fullScale; });
  self->taken_ += count;
  return GST_FLOW_OK;
}

}  // namespace tributary
