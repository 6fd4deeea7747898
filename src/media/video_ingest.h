#pragma once

#include <gst/gst.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string_view>

#include "glib/object_ptr.h"
#include "media/codec_table.h"
#include "media/lip_sync.h"
#include "media/tile_slot.h"

namespace tributary {

/// A camera's or screen's way from RTP to its tile's frame store: depayload, decode, fit. Lives in a peer's
/// pipeline and runs on the thread that webrtcbin's jitter buffer gives it.
///
/// A decoder that falls behind (a slow machine, a hostile stream) skips to the next key frame instead of
/// showing the past. What is off canvas is not decoded; it begins again with a key frame. A key frame is
/// asked for again, twice a second, for as long as packets come and no picture: depayloaders wait for one in
/// silence.
class VideoIngest {
 public:
  /// Adds its elements to `pipeline`. `lipSync` is null where no sound belongs to it, and must outlive it.
  /// Thread: owner.
  static Result<std::unique_ptr<VideoIngest>> create(GstElement* pipeline, const VideoCodec& codec,
                                                     const std::string& name, std::shared_ptr<TileSlot> slot,
                                                     LipSync* lipSync);

  /// Where RTP goes in. Transfer none.
  GstPad* sinkPad() const { return sinkPad_.get(); }

  /// A skipped-to key frame is asked for from the sender. Thread: any.
  void requestKeyFrame();

  /// Larger pictures are not decoded: a small frame may ask for gigabytes. UHD fits.
  static constexpr int64_t mostPixels = 4096 * 2304;

  struct Counters {
    std::atomic<uint64_t> frames = 0;
    std::atomic<uint64_t> skipped = 0;
    std::atomic<uint64_t> late = 0;  ///< came to the decoder so late that decoding does not keep up
  };
  const Counters& counters() const { return counters_; }

 private:
  VideoIngest() = default;
  void onPacket(GstPadProbeInfo* info);
  void noteTime(GstBuffer* packet);
  void askForKeyFrame(int64_t now);
  GstPadProbeReturn beforeDecoder(GstBuffer* frame);
  bool isTooLarge(GstBuffer* frame);
  void onFormat(GstEvent* event);
  void onFrame(GstSample* sample);

  std::shared_ptr<TileSlot> slot_;
  LipSync* lipSync_ = nullptr;
  uint32_t ssrc_ = 0;  ///< of the last packet
  uint32_t rtpTime_ = 0;
  ObjectPtr<GstPad> sinkPad_;
  ObjectPtr<GstElement> decoder_;
  GstElement* pipeline_ = nullptr;
  std::string_view codec_;
  bool formatTooLarge_ = false;
  bool toldTooLarge_ = false;
  bool skipping_ = false;
  int64_t keyFrameAsked_ = 0;
  int64_t pictureDue_ = 0;  ///< when the last one came, or nobody wanted any
  Counters counters_;
};

}  // namespace tributary
