#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "layout/layout.h"
#include "media/video_mixer.h"

namespace tributary::test {

/// A VideoMixer with cameras that always have a new frame: person n's is plain, of luma 40 + 4n.
/// 1280x720 at 25 fps; the cameras send 640x360.
class MixerStage {
 public:
  explicit MixerStage(int people, CanvasSettings settings = {});
  ~MixerStage();

  /// Adds to every scene from the next show() on.
  std::function<void(Scene&)> decorate;

  /// From the next frame on. `stage` is the talker of the layout, `talks` has the border.
  void show(const std::string& layout, const std::string& stage = "", const std::string& talks = "");
  /// From the next show() on the first person shares a screen, which always has a new frame.
  void shareScreen();
  /// From now on each camera sends the size that its tile has now.
  void sendTileSizes();
  /// Lets so many frames come, each camera sending one for each; false when they do not come in 30 s.
  bool runFrames(int count);

  const std::vector<Tile>& tiles() const { return tiles_; }
  /// Whether the last frame has that person's colour in the middle of the tile.
  bool shows(const Tile& tile) const;
  int lumaAt(int x, int y) const;

  /// Pictures that the mixer's thread has scaled so far.
  uint64_t scalings() const;
  VideoMixer::Counters counters() const { return mixer_->counters(); }
  /// CPU of the mixer's thread, in ms a frame, since the last call: of the tick alone, and of a plain copy of
  /// the canvas made after it, as cold as the tick finds its caches.
  struct Cost {
    double tick, copy;
  };
  Cost cost();
  void resetIntervals();
  /// Milliseconds from frame to frame, as they came out, in ascending order.
  std::vector<double> intervals() const;
  /// Ticks without a frame, by the frames' time stamps, since resetIntervals().
  int framesLost() const;

 private:
  void onFrame(GstBuffer* frame);
  void copyAway(const PictureView& canvas);

  CanvasSettings settings_;
  RoomClock clock_;
  std::vector<std::shared_ptr<TileSlot>> slots_;
  std::vector<std::shared_ptr<const Picture>> pictures_;
  std::shared_ptr<TileSlot> screen_;  ///< null: nobody shares one
  std::vector<Tile> tiles_;
  mutable std::mutex mutex_;
  uint64_t frames_ = 0;
  uint64_t scalings_ = 0;
  double cpuLeft_ = 0;                            ///< of the mixer's thread when onFrame() returned; seconds
  double cpu_ = 0;                                ///< spent drawing
  double copyCpu_ = 0;                            ///< spent on the plain copies
  std::vector<std::shared_ptr<Picture>> copies_;  ///< as many canvases as encoders may hold
  int cpuFrames_ = 0;
  int64_t lastPts_ = 0;
  int lost_ = 0;
  int64_t lastAt_ = 0;
  std::vector<double> intervals_;
  std::vector<uint8_t> luma_;
  std::unique_ptr<VideoMixer> mixer_;  ///< last: its thread uses the above
};

}  // namespace tributary::test
