#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "base/priority_mutex.h"
#include "media/canvas_buffer.h"
#include "media/clock.h"
#include "media/glide.h"
#include "media/scene.h"
#include "media/ticker.h"

typedef struct _GstBuffer GstBuffer;
typedef struct _GstBufferPool GstBufferPool;

namespace tributary {

struct CanvasSettings {
  int width = 1280;  ///< even
  int height = 720;
  int framerate = 25;
  uint32_t background = 0x101418;  ///< 0xRRGGBB

  bool operator==(const CanvasSettings&) const = default;

  CanvasFormat format() const { return {width, height, framerate}; }
};

/// What a mixer begins with that goes on for another: the time that one's last tick was due (its next is one
/// interval later), what to draw, and what over it.
struct MixerStart {
  int64_t lastTick = 0;  ///< 0: there was none
  std::shared_ptr<const Scene> scene;
  std::shared_ptr<const Overlay> mark;
};

/// Draws the canvas: at each tick of its own clock, every tile's frame of the moment copied 1:1 to its
/// place. It waits for nobody (see docs/decisions/0001-own-canvas.md). While a tile glides to a new size its
/// frames are scaled into the canvas as they came.
class VideoMixer {
 public:
  /// I420 of the canvas size, time stamped with its tick on the room's clock; the sink's to keep by
  /// reference, not to write to. Thread: the mixer's, must not block.
  using Sink = std::function<void(GstBuffer* canvas)>;

  VideoMixer(const CanvasSettings& settings, const RoomClock& clock, Sink sink, MixerStart begin = {});
  ~VideoMixer();

  /// From the next tick on. Thread: any.
  void setScene(std::shared_ptr<const Scene> scene);
  std::shared_ptr<const Scene> scene() const;

  /// Drawn over everything, in the left top corner; null for none. Thread: any.
  void setMark(std::shared_ptr<const Overlay> mark);

  /// Only every n-th tick is drawn from now on; n is at least 1. Thread: any.
  void setFrameDivisor(int divisor) { divisor_ = divisor; }

  const CanvasSettings& settings() const { return settings_; }
  int64_t lastTick() const { return ticker_->lastDue(); }

  struct Counters {
    uint64_t rendered = 0;
    uint64_t late = 0;                          ///< done later than half a frame after the tick, or skipped
    double seconds = 0;                         ///< spent drawing, in all
    std::array<uint64_t, 8> durationBuckets{};  ///< not cumulative; see bucketBounds
  };
  static constexpr std::array<double, 7> bucketBounds = {0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.04};
  Counters counters() const;

 private:
  void tick(int64_t due);
  void drawMark(const PictureView& canvas) const;
  void draw(const Scene& scene, const PictureView& canvas, int64_t now);
  void drawBackground(const Scene& scene, const PictureView& canvas, int64_t now);
  const Picture& backgroundOf(const Scene& scene) const;
  void drawTile(const SceneTile& tile, const TileStyle& style, const PictureView& target, int64_t now);
  void count(int64_t due, int64_t started);

  CanvasSettings settings_;
  std::atomic<int> divisor_ = 1;
  int skipped_ = 0;  ///< ticks since the last drawn one; the mixer's thread alone
  const RoomClock& clock_;
  Sink sink_;
  GstBufferPool* pool_;
  std::shared_ptr<Picture> background_;
  mutable PriorityMutex mutex_;  ///< guards scene_, mark_ and counters_
  std::shared_ptr<const Scene> scene_ = std::make_shared<Scene>();
  std::shared_ptr<const Overlay> mark_;
  Counters counters_;
  std::shared_ptr<const Scene> drawn_;  ///< the mixer's thread alone, as glide_
  Glide glide_;
  std::vector<Rect> free_;          ///< of the canvas, where the background shows
  bool freeKnown_ = false;          ///< free_ holds until the next scene
  std::unique_ptr<Ticker> ticker_;  ///< last: its thread uses all of the above
};

}  // namespace tributary
