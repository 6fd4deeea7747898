#pragma once

#include <gst/gst.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "glib/object_ptr.h"
#include "media/opus_codec.h"

namespace tributary {

/// What is done to each voice before it is mixed.
struct VoiceSettings {
  enum class Denoise { off, low, moderate, high };
  Denoise denoise = Denoise::off;  ///< takes steady noise out
  bool gain = false;               ///< quiet voices up, loud ones down

  bool any() const { return denoise != Denoise::off || gain; }
  bool operator==(const VoiceSettings&) const = default;
};

/// One person's voice through GStreamer's `webrtcdsp`: an element on its own, without a pipeline or a thread.
/// It learns what that person's noise is like, so each person needs one (about 0.1 MB; docs/decisions/0006).
///
/// Made and destroyed by the owner, run by the mixer; not by both at a time.
class VoiceFilter {
 public:
  /// The error says which package is missing.
  static Result<std::unique_ptr<VoiceFilter>> create(const VoiceSettings& settings);
  /// As create() would find it, without starting anything; empty when it is there. Thread: any.
  static std::string missing();

  VoiceFilter(const VoiceFilter&) = delete;
  VoiceFilter& operator=(const VoiceFilter&) = delete;
  ~VoiceFilter();

  /// Filters the next 20 ms in place, at once. What webrtcdsp refuses stays as it is. Thread: the mixer's.
  void run(AudioBlock& block);

 private:
  VoiceFilter() = default;
  void start();
  static GstFlowReturn take(GstPad* pad, GstObject* parent, GstBuffer* buffer);

  ObjectPtr<GstElement> dsp_;
  ObjectPtr<GstPad> in_;   ///< ours, linked to the element's sink
  ObjectPtr<GstPad> out_;  ///< ours, linked to the element's source
  GstClockTime position_ = 0;
  AudioBlock filtered_{};
  size_t taken_ = 0;  ///< samples of it
};

}  // namespace tributary
