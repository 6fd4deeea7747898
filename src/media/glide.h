#pragma once

#include <cstdint>
#include <vector>

#include "media/scene.h"

namespace tributary {

/// Where tiles are on their way from one scene's places to the next's. A tile that is new grows out of its
/// place; one that is gone is gone at once.
///
/// Thread: the mixer's. Times are monotonicNow()'s.
class Glide {
 public:
  /// A new scene holds from `now` on: every tile starts from where it is at the moment.
  void retarget(const Scene& scene, int64_t now);

  /// Where the scene's tile of that index is; even, within what both places span.
  Rect at(size_t tile, int64_t now) const;
  bool isMoving(int64_t now) const { return now < end_; }

 private:
  struct Motion {
    const TileSlot* tile;
    Rect from, to;
    int64_t start;
    int64_t duration;
  };

  std::vector<Motion> motions_;  ///< in the order of the scene's tiles
  int64_t end_ = 0;
};

}  // namespace tributary
