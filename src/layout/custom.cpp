#include <algorithm>
#include <cmath>
#include <string>

#include "layout/cells.h"

namespace tributary {
namespace {

constexpr std::string_view identityPrefix = "identity:";
/// The set with the fewest places that are enough, or else with the most; those with a place for a screen
/// only, and first of all, while somebody shares one.
const RegionSet* bestFit(const LayoutInput& input) {
  const bool shared =
      std::ranges::any_of(input.sources, [](const auto& source) { return source.source == Source::screen; });
  const auto heads = input.sources.size();
  const RegionSet* best = nullptr;
  const auto isBetter = [&](const RegionSet& set) {
    if (best == nullptr) return true;
    const bool suits = asksForScreen(set) == shared;
    if (suits != (asksForScreen(*best) == shared)) return suits;
    const bool enough = set.regions.size() >= heads;
    if (enough != (best->regions.size() >= heads)) return enough;
    return enough ? set.regions.size() < best->regions.size() : set.regions.size() > best->regions.size();
  };
  for (const auto& set : input.regions) {
    if (!set.regions.empty() && isBetter(set)) best = &set;
  }
  return best;
}

/// Edges are rounded one by one, so that regions which meet leave no line between them.
Rect rectOf(const Region& region, const Rect& canvas) {
  const auto edge = [](double ratio, int extent) {
    return std::clamp(static_cast<int>(std::lround(ratio * extent / 2)) * 2, 0, extent);
  };
  const int left = std::min(edge(region.left, canvas.width), canvas.width - 2);
  const int top = std::min(edge(region.top, canvas.height), canvas.height - 2);
  const int right = std::max(edge(region.left + region.width, canvas.width), left + 2);
  const int bottom = std::max(edge(region.top + region.height, canvas.height), top + 2);
  return {left, top, right - left, bottom - top};
}

/// Hands sources to regions, each at most once.
class Casting {
 public:
  explicit Casting(const LayoutInput& input) : input_(input), taken_(input.sources.size(), false) {}

  const LayoutSource* pick(std::string_view role) {
    if (role == "screen") return find({}, Source::screen);
    if (role.starts_with(identityPrefix)) return find(role.substr(identityPrefix.size()), Source::camera);
    if (role == "any") return next();
    const LayoutSource* out = nullptr;
    if (role == "spotlight" && !input_.spotlight.empty()) out = find(input_.spotlight, Source::camera);
    if (out == nullptr && !input_.talker.empty()) out = find(input_.talker, Source::camera);
    return out != nullptr ? out : find({}, Source::camera);
  }

 private:
  const LayoutSource* take(size_t index) {
    taken_[index] = true;
    return &input_.sources[index];
  }

  /// The first that is free, of that identity unless it is empty.
  const LayoutSource* find(std::string_view identity, Source source) {
    for (size_t i = 0; i < taken_.size(); ++i) {
      const auto& candidate = input_.sources[i];
      if (!taken_[i] && candidate.source == source && (identity.empty() || candidate.identity == identity)) {
        return take(i);
      }
    }
    return nullptr;
  }

  const LayoutSource* next() {
    const LayoutSource* screen = find({}, Source::screen);
    return screen != nullptr ? screen : find({}, Source::camera);
  }

  const LayoutInput& input_;
  std::vector<bool> taken_;
};

/// Who has a claim goes before who takes what is left.
int urgency(std::string_view role) {
  if (role.starts_with(identityPrefix)) return 0;
  if (role == "screen") return 1;
  if (role == "spotlight") return 2;
  return role == "talker" ? 3 : 4;
}

}  // namespace

bool asksForScreen(const RegionSet& set) {
  return std::ranges::any_of(set.regions, [](const auto& region) { return region.role == "screen"; });
}

std::vector<Tile> customLayout(const LayoutInput& input) {
  std::vector<Tile> tiles;
  const RegionSet* set = bestFit(input);
  if (set == nullptr) return tiles;
  const Rect canvas = canvasOf(input);
  std::vector<const Region*> regions;
  for (const auto& region : set->regions)
    regions.push_back(&region);
  std::ranges::stable_sort(regions, {}, [](const Region* region) { return urgency(region->role); });
  Casting casting(input);
  for (const Region* region : regions) {
    if (std::ssize(tiles) >= input.maxTiles) break;
    const LayoutSource* source = casting.pick(region->role);
    if (source != nullptr) tiles.push_back(tileOf(*source, rectOf(*region, canvas), region->z));
  }
  std::ranges::stable_sort(tiles, {}, &Tile::z);
  return tiles;
}

}  // namespace tributary
