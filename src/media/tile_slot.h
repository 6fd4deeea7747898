#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>

#include "base/priority_mutex.h"
#include "media/picture.h"
#include "media/picture_ops.h"

namespace tributary {

/// What a tile shows at a tick.
struct TileFrame {
  enum class State { live, dimmed, card };
  State state = State::card;
  /// Already of the tile's size, or of what it covers of a tile that is letterboxed; null when state is card.
  std::shared_ptr<const Picture> picture;
};

/// The frame store of one person's camera or screen. The network's pace ends here: frames come in when they
/// come, and every canvas tick gets one at once, whatever the sender does.
///
/// Two frames that arrive between two ticks are shown one after the other, so that jitter does not cost
/// frames; a queue that never empties is shortened, so that jitter does not become latency.
class TileSlot {
 public:
  /// A camera that is silent for this long is dimmed, then replaced by its card. Nanoseconds.
  static constexpr int64_t dimAfter = 1'000'000'000;
  static constexpr int64_t cardAfter = 1'800'000'000;

  /// A screen at rest sends next to nothing, so its last picture stands until clear() or setMuted().
  enum class Hold { briefly, always };
  explicit TileSlot(Hold hold = Hold::briefly) : hold_(hold) {}

  /// The size frames are fitted to on arrival. Thread: any.
  void setTarget(int width, int height, Fit fit);

  /// A decoded frame has arrived at `now` (monotonicNow()). Scales it, if it must be. Thread: streaming.
  void push(const std::shared_ptr<const Picture>& frame, int64_t now);

  /// Shows the card until the next push(): the connection has gone. Thread: any.
  void clear();

  /// While muted it shows the card and takes no frames: the camera is off, what still arrives is old.
  /// Thread: any.
  void setMuted(bool muted);

  /// Whether it is on canvas. Thread: any.
  void setWanted(bool wanted) { wanted_ = wanted; }
  /// Whether frames are worth decoding: it is on canvas and not muted. Thread: any.
  bool isWanted() const { return wanted_ && !muted_; }

  /// The frame due at `now` for a tile of that size. Scales only where the size has just changed.
  /// Thread: the mixer's.
  TileFrame take(int width, int height, Fit fit, int64_t now);

  /// The same for a tile that is changing its size and has this width at the moment, for the mixer to scale:
  /// as it came, or as it was fitted where that is cheaper to scale and as good. Thread: the mixer's.
  TileFrame takeFor(int width, int64_t now);

  struct Size {
    int width = 0;
    int height = 0;
  };
  /// Of the last frame that came; 0 before one has. Thread: any.
  Size sourceSize() const;

  struct Counters {
    uint64_t arrived = 0;  ///< decoded frames
    uint64_t shown = 0;    ///< distinct ones that reached the canvas
  };
  Counters counters() const;

 private:
  struct Entry {
    std::shared_ptr<const Picture> source;
    std::shared_ptr<const Picture> fitted;
    int width = 0;  ///< of the tile it was fitted to
    int height = 0;
    Fit fit = Fit::crop;
  };

  void fitTo(Entry& entry, int width, int height, Fit fit);
  Entry advance(int64_t now, TileFrame::State& state);
  void shortenQueue();

  const Hold hold_;
  mutable PriorityMutex mutex_;
  std::shared_ptr<PicturePool> pool_ = PicturePool::create();
  int width_ = 0;
  int height_ = 0;
  Fit fit_ = Fit::crop;
  std::deque<Entry> queue_;  ///< arrived, not yet shown; at most maxQueued
  Entry current_;
  std::atomic<bool> muted_ = false;
  std::atomic<bool> wanted_ = true;
  int64_t lastArrival_ = 0;
  Size sourceSize_;
  int ticks_ = 0;        ///< since the queue's length was last judged
  size_t shortest_ = 0;  ///< of the queue after a take(), over those ticks
  Counters counters_;
};

}  // namespace tributary
