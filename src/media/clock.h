#pragma once

#include <cstdint>

typedef struct _GstElement GstElement;

namespace tributary {

/// The room's time line. Every pipeline of a room runs on the system clock from the same base time, so a
/// time stamp means the same in all of them, and RTCP lets clients line sound up with picture.
class RoomClock {
 public:
  RoomClock();
  /// Puts a new pipeline (state NULL) on this time line.
  void adopt(GstElement* pipeline) const;
  /// Running time in nanoseconds at `monotonic` (monotonicNow()'s scale). Thread: any.
  int64_t runningTime(int64_t monotonic) const { return monotonic - base_; }

 private:
  int64_t base_;
};

}  // namespace tributary
