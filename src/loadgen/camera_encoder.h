#pragma once

#include <functional>
#include <memory>

#include "glib/object_ptr.h"
#include "loadgen/clip.h"

typedef struct _GstElement GstElement;
typedef struct _GstSample GstSample;

namespace tributary::load {

/// Raw pictures in, payloads of RTP packets out: appsrc → encoder → payloader → appsink.
class CameraEncoder {
 public:
  /// `onFrame` gets the sequence number that encode() was given. Thread: the encoder's.
  using OnFrame = std::function<void(CodedFrame, uint64_t number)>;

  static Result<std::unique_ptr<CameraEncoder>> create(const CameraSpec& spec, OnFrame onFrame);
  /// Waits for the frame in hand.
  ~CameraEncoder();

  /// Blocks while four pictures wait, unless `live`: then the oldest is dropped. Thread: any, one at a time.
  void encode(const PictureView& picture, uint64_t number, bool live);
  void requestKeyFrame();
  /// bit/s from the next picture on. Thread: any.
  void setBitrate(int bitrate);
  /// Waits until all that was given has come out.
  void finish();

 private:
  CameraEncoder() = default;
  Result<void> build(const CameraSpec& spec);
  void onSample(GstSample* sample);

  CameraSpec spec_;
  OnFrame onFrame_;
  ObjectPtr<GstElement> pipeline_;
  ObjectPtr<GstElement> source_;
  ObjectPtr<GstElement> encoder_;
};

}  // namespace tributary::load
