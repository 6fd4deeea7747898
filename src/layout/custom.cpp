#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "layout/cells.h"

namespace tributary {
namespace {

constexpr std::string_view identityPrefix = "identity:";
constexpr size_t mostRegions = 64;
constexpr size_t mostSets = 16;
// Ratios written with few digits (0.333) may meet or pass an edge by this much.
constexpr double rounding = 0.0015;

bool knownRole(std::string_view role) {
  static constexpr std::array<std::string_view, 4> roles = {"any", "talker", "screen", "spotlight"};
  if (role.starts_with(identityPrefix)) return role.size() > identityPrefix.size();
  return std::ranges::find(roles, role) != roles.end();
}

bool asksForScreen(const RegionSet& set) {
  return std::ranges::any_of(set.regions, [](const auto& region) { return region.role == "screen"; });
}

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

bool overlap(const Region& a, const Region& b) {
  return a.left + rounding < b.left + b.width && b.left + rounding < a.left + a.width &&
         a.top + rounding < b.top + b.height && b.top + rounding < a.top + a.height;
}

std::string mistakeOf(const Region& region) {
  const auto ratio = [](double value) { return value >= 0 && value <= 1; };  // NaN is neither
  if (!ratio(region.left) || !ratio(region.top)) return "left and top must be between 0 and 1";
  if (!(region.width >= 0.01) || !(region.height >= 0.01)) return "width and height must be at least 0.01";
  if (!(region.left + region.width <= 1 + rounding) || !(region.top + region.height <= 1 + rounding)) {
    return "reaches beyond the canvas: left + width and top + height must be at most 1";
  }
  if (!knownRole(region.role)) return "role must be any, talker, screen, spotlight or identity:SOMEBODY";
  return "";
}

}  // namespace

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

std::vector<LayoutMistake> checkRegionSets(const std::vector<RegionSet>& sets) {
  std::vector<LayoutMistake> out;
  if (sets.empty() || sets.size() > mostSets) out.push_back({"", "must be 1 to 16 lists of regions"});
  for (size_t s = 0; s < sets.size(); ++s) {
    const auto& regions = sets[s].regions;
    const std::string path = "[" + std::to_string(s) + "]";
    if (regions.empty() || regions.size() > mostRegions) out.push_back({path, "must have 1 to 64 regions"});
    for (size_t i = 0; i < std::min(regions.size(), mostRegions); ++i) {
      const std::string here = path + "[" + std::to_string(i) + "]";
      if (const auto mistake = mistakeOf(regions[i]); !mistake.empty()) out.push_back({here, mistake});
      for (size_t j = 0; j < i; ++j) {
        if (regions[i].z != regions[j].z || !overlap(regions[i], regions[j])) continue;
        out.push_back(
            {here, "lies over region " + std::to_string(j) + "; give one of them a higher z if it is to"});
      }
    }
  }
  return out;
}

}  // namespace tributary
