#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/priority_mutex.h"
#include "media/canvas_buffer.h"
#include "media/clock.h"
#include "media/codec_table.h"
#include "media/media_tap.h"
#include "media/peer_output.h"
#include "media/picture_ops.h"
#include "media/pipeline_bus.h"

namespace tributary {

/// What one encode of the canvas is like. Peers that want the same share it.
struct RenditionSpec {
  std::string name;   ///< "720p": a label in metrics
  std::string codec;  ///< "VP8"
  int width = 1280;   ///< even
  int height = 720;
  int framerate = 25;       ///< at most the canvas's
  int bitrate = 1'500'000;  ///< bit/s
  int stillMs = 0;          ///< not 0: key frames alone, one in so many milliseconds
  EncoderSettings encoder;

  std::string key() const { return codec + "/" + name; }
  /// Whether they differ in nothing but what can be changed while the encoder runs.
  bool sameEncode(const RenditionSpec& other) const {
    return codec == other.codec && width == other.width && height == other.height &&
           framerate == other.framerate && stillMs == other.stillMs && encoder == other.encoder;
  }
};

/// The canvas, scaled if need be, encoded and payloaded once, handed to every peer on it. A pipeline of
/// its own: appsrc → encoder → payloader → appsink; the encoder runs on the appsrc's thread.
///
/// Teardown: (1) the mixer no longer pushes, (2) bus watch, (3) pipeline to NULL (it holds no socket: this
/// waits for one frame at most), (4) the rest.
class Rendition {
 public:
  /// `onError` is called when the pipeline breaks later on. Thread: owner, and so is the callback.
  static Result<std::unique_ptr<Rendition>> create(const RenditionSpec& spec, const RoomClock& clock,
                                                   PipelineBus::OnError onError);
  ~Rendition();

  const RenditionSpec& spec() const { return spec_; }
  /// Tells renditions apart for good; never 0.
  uint64_t id() const { return id_; }
  GstElement* pipeline() const { return pipeline_.get(); }

  /// From the next frame on. Thread: owner.
  void setBitrate(int bitrate);

  /// A canvas, time stamped by the mixer; any size is scaled to the rendition's. Drops the oldest waiting
  /// one when the encoder is behind. Thread: the mixer's.
  void push(GstBuffer* canvas, const CanvasFormat& format);

  /// A key frame soon: at once, or as soon as the last one is minKeyFrameInterval old. Thread: any.
  void requestKeyFrame() { keyFrameWanted_ = true; }

  void addViewer(std::shared_ptr<PeerOutput> viewer);
  void removeViewer(const PeerOutput* viewer);
  size_t viewers() const;
  /// Gets every frame from the next on, key frame or not; one is asked for. Again is no harm.
  void addTap(std::shared_ptr<VideoTap> tap);
  void removeTap(const VideoTap* tap);
  /// Whether anybody wants it.
  bool inUse() const;
  bool hasViewer(const PeerOutput* viewer) const;

  uint64_t framesEncoded() const { return framesEncoded_; }
  /// Canvases that had to make room for newer ones since the encoder was behind. Thread: any.
  uint64_t framesDropped() const;

  /// Bounds what a peer that asks again and again costs everybody else. Nanoseconds.
  static constexpr int64_t minKeyFrameInterval = 1'000'000'000;

 private:
  explicit Rendition(RenditionSpec spec);
  Result<void> build(const RoomClock& clock);
  void forceKeyFrame();
  void announceKeyFrame(int64_t pts);
  void tapEncoded(GstPad* pad);
  void countTaken(GstPad* pad);
  bool isDue(int64_t pts);
  void deliverSpread(GstBufferList* packets, const std::vector<std::shared_ptr<PeerOutput>>& viewers);
  GstBuffer* scaled(GstBuffer* canvas, const CanvasFormat& format);
  void deliver(GstSample* sample);
  void deliverToTaps(GstPad* pad, GstBuffer* frame);

  RenditionSpec spec_;
  const uint64_t id_;
  CanvasFormat own_;
  int64_t nextDue_ = 0;  ///< when the next frame is wanted, where the canvas has more
  ObjectPtr<GstElement> pipeline_;
  ObjectPtr<GstElement> encoder_;
  ObjectPtr<GstElement> source_;
  PipelineBus bus_;
  GstBufferPool* pool_ = nullptr;  ///< of the rendition's size, once a canvas has had another
  std::atomic<bool> keyFrameWanted_ = true;
  /// The frame that is being packetized is one. Not every payloader's packets tell (VP8's do not). Of the
  /// encoder's thread.
  bool keyFrame_ = false;
  int64_t lastKeyFrame_ = -minKeyFrameInterval;
  std::atomic<uint64_t> framesEncoded_ = 0;
  std::atomic<uint64_t> framesPushed_ = 0;
  std::atomic<uint64_t> framesTaken_ = 0;  ///< by the encoder
  std::mutex endingMutex_;
  std::condition_variable ending_;
  bool ends_ = false;  ///< guarded by endingMutex_
  mutable PriorityMutex mutex_;
  std::vector<std::shared_ptr<PeerOutput>> viewers_;
  std::vector<std::shared_ptr<VideoTap>> taps_;
};

}  // namespace tributary
