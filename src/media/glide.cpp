#include "media/glide.h"

#include <algorithm>
#include <cmath>

namespace tributary {
namespace {

// A tile appears at this much of its size.
constexpr double newTileScale = 0.8;

int even(double value) {
  return static_cast<int>(std::lround(value / 2)) * 2;
}

Rect grownFrom(const Rect& to) {
  const int x = even(to.width * (1 - newTileScale) / 2);
  const int y = even(to.height * (1 - newTileScale) / 2);
  return {to.x + x, to.y + y, std::max(2, to.width - 2 * x), std::max(2, to.height - 2 * y)};
}

/// Edge by edge, so that tiles which meet in both places meet on the way too.
Rect between(const Rect& a, const Rect& b, double part) {
  const auto mix = [part](int from, int to) { return even(from + (to - from) * part); };
  const int left = mix(a.x, b.x);
  const int top = mix(a.y, b.y);
  return {left, top, std::max(2, mix(a.x + a.width, b.x + b.width) - left),
          std::max(2, mix(a.y + a.height, b.y + b.height) - top)};
}

}  // namespace

void Glide::retarget(const Scene& scene, int64_t now) {
  const int64_t glide = std::chrono::nanoseconds(scene.style.glide).count();
  std::vector<Motion> next;
  next.reserve(scene.tiles.size());
  for (const auto& tile : scene.tiles) {
    const auto known = std::ranges::find(motions_, tile.slot.get(), &Motion::tile);
    if (known == motions_.end()) {
      // The first scene stands at once.
      const int64_t duration = motions_.empty() ? 0 : glide;
      next.push_back(
          {tile.slot.get(), duration > 0 ? grownFrom(tile.rect) : tile.rect, tile.rect, now, duration});
    } else if (known->to == tile.rect) {
      next.push_back(*known);
    } else {
      const auto index = static_cast<size_t>(known - motions_.begin());
      next.push_back({tile.slot.get(), at(index, now), tile.rect, now, glide});
    }
  }
  motions_ = std::move(next);
  end_ = 0;
  for (const auto& motion : motions_) {
    if (motion.from != motion.to) end_ = std::max(end_, motion.start + motion.duration);
  }
}

Rect Glide::at(size_t tile, int64_t now) const {
  const Motion& motion = motions_[tile];
  const int64_t passed = now - motion.start;
  if (passed >= motion.duration) return motion.to;
  const double part =
      std::clamp(static_cast<double>(passed) / static_cast<double>(motion.duration), 0.0, 1.0);
  return between(motion.from, motion.to, part * part * (3 - 2 * part));  // slow, fast, slow
}

}  // namespace tributary
