#pragma once

#include <cstdint>

namespace tributary {

/// How a stretch of the room's life went.
struct CapacityReading {
  double idle = 1;        ///< share of the machine's CPU time that nobody used
  double lateCanvas = 0;  ///< share of canvas ticks that were drawn late or not at all
  double lateFrames = 0;  ///< share of the cameras' frames that came to their decoder late
};

/// Decides when a room saves on purpose, before its quality collapses, and when it stops saving. What it
/// saves is cumulative and in this order: half the frames (of the mix and of the cameras), the highest
/// rendition, half the tiles.
///
/// A room saves only while the machine has nothing left: lateness on an idle machine has other reasons. It
/// needs `patience` of trouble for a step, and `calm` without any for the way back, doubled each time that
/// trouble comes again right after a step back, up to `longestCalm`.
///
/// Thread: owner; no clock of its own. Times are nanoseconds of any one monotonic clock.
class CapacityGovernor {
 public:
  static constexpr int levels = 3;
  static constexpr double busy = 0.10;    ///< less idle than this is a machine at its end
  static constexpr double spare = 0.25;   ///< more than this can bear the step back
  static constexpr double late = 0.05;    ///< of canvas ticks
  static constexpr double behind = 0.10;  ///< of cameras' frames
  static constexpr int64_t patience = 2'000'000'000;
  static constexpr int64_t calm = 15'000'000'000;
  static constexpr int64_t longestCalm = 240'000'000'000;

  /// How the time since the last call went. True when level() has changed.
  bool observe(const CapacityReading& reading, int64_t now);

  /// 0 nothing is saved … `levels`.
  int level() const { return level_; }
  bool halvesFrames() const { return level_ >= 1; }
  bool leavesTopRenditionOut() const { return level_ >= 2; }
  bool halvesTiles() const { return level_ >= 3; }

 private:
  bool stepDown(int64_t now);
  bool stepBack(int64_t now);

  int level_ = 0;
  int64_t troubleSince_ = -1;
  int64_t calmSince_ = -1;
  int64_t steppedBackAt_ = -1;
  int64_t calmNeeded_ = calm;
};

}  // namespace tributary
