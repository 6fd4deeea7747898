#include "room/layout_director.h"

#include <algorithm>
#include <utility>

namespace tributary {
namespace {

bool hasCamera(const std::vector<Tile>& tiles, const std::string& identity) {
  return std::ranges::any_of(
      tiles, [&](const Tile& tile) { return tile.source == Source::camera && tile.identity == identity; });
}

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

bool asksForSpotlight(const RegionSet& set) {
  return std::ranges::any_of(set.regions, [](const Region& region) { return region.role == "spotlight"; });
}

}  // namespace

void LayoutDirector::setPolicy(LayoutPolicy policy) {
  policy_ = std::move(policy);
  if (!knows(chosen_)) chosen_.clear();
  if (!knows(chosenWhileShared_)) chosenWhileShared_.clear();
}

bool LayoutDirector::knows(const std::string& layout) const {
  return contains(names(), layout);
}

std::vector<std::string> LayoutDirector::names() const {
  std::vector<std::string> out;
  for (const auto name : layoutNames()) {
    if (name != "custom") out.emplace_back(name);  // what places the policy's own, no layout by itself
  }
  for (const auto& [name, sets] : policy_.custom) {
    if (!contains(out, name)) out.push_back(name);
  }
  if (!policy_.allowed.empty()) {
    std::erase_if(out, [this](const std::string& name) { return !contains(policy_.allowed, name); });
  }
  return out;
}

bool LayoutDirector::hasSpotlight(const std::string& layout) const {
  if (const auto own = policy_.custom.find(layout); own != policy_.custom.end()) {
    return std::ranges::any_of(own->second, asksForSpotlight);
  }
  const LayoutKind* kind = findLayout(layout);
  return kind != nullptr && kind->hasStage;
}

void LayoutDirector::choose(const std::string& layout, const std::string& spotlight) {
  (shared_ ? chosenWhileShared_ : chosen_) = layout;
  spotlight_ = spotlight;
}

void LayoutDirector::talks(const std::string& identity, int64_t now) {
  talker_ = identity;
  if (Seat* seat = find(identity)) seat->talkedAt = now;
}

LayoutDirector::Seat* LayoutDirector::find(const std::string& identity) {
  const auto found =
      std::ranges::find(seats_, identity, [](const Seat& seat) { return seat.person.identity; });
  return found != seats_.end() ? &*found : nullptr;
}

bool LayoutDirector::anybodySeen() const {
  return std::ranges::any_of(seats_, [](const Seat& seat) { return seat.person.hasVideo; });
}

/// Of the people without a camera, whom the policy hides while others have one.
bool LayoutDirector::hides(const Person& person, bool anybodySeen) const {
  return policy_.hideWithoutVideo && anybodySeen && !person.hasVideo;
}

/// Somebody on canvas has left: of those off it, the one who talked last takes the seat, so that nobody else
/// moves up.
void LayoutDirector::fillSeatOf(size_t gone, bool anybodySeen) {
  size_t best = gone;
  for (size_t i = gone + 1; i < seats_.size(); ++i) {
    const Person& person = seats_[i].person;
    if (contains(onCanvas_, person.identity) || hides(person, anybodySeen)) continue;
    if (best == gone || seats_[i].talkedAt > seats_[best].talkedAt) best = i;
  }
  std::swap(seats_[gone], seats_[best]);
  seats_.erase(seats_.begin() + static_cast<std::ptrdiff_t>(best));
}

void LayoutDirector::seat(const std::vector<Person>& people) {
  const auto find = [&](const Seat& seat) {
    return std::ranges::find(people, seat.person.identity, &Person::identity);
  };
  for (auto& seat : seats_) {
    if (const auto known = find(seat); known != people.end()) seat.person = *known;
  }
  std::erase_if(seats_, [&](const Seat& seat) {
    return find(seat) == people.end() && !contains(onCanvas_, seat.person.identity);
  });
  const bool seen = std::ranges::any_of(people, &Person::hasVideo);
  for (size_t i = 0; i < seats_.size();) {
    if (find(seats_[i]) != people.end()) {
      ++i;
    } else {
      fillSeatOf(i, seen);
    }
  }
  for (const auto& person : people) {
    if (this->find(person.identity) == nullptr) seats_.push_back({person});
  }
}

std::string LayoutDirector::layoutInForce() const {
  const auto or_ = [](const std::string& a, const std::string& b) { return a.empty() ? b : a; };
  const std::string base = or_(chosen_, policy_.standard);
  if (shared_) return or_(chosenWhileShared_, or_(policy_.whileScreen, base));
  return spotlight_.empty() || hasSpotlight(base) ? base : or_(policy_.whileSpotlight, base);
}

LayoutInput LayoutDirector::inputOf(const std::vector<std::string>& screens) const {
  LayoutInput out;
  for (const auto& identity : screens)
    out.sources.push_back({identity, Source::screen});
  const bool seen = anybodySeen();
  for (const auto& seat : seats_) {
    if (hides(seat.person, seen)) continue;
    out.sources.push_back({seat.person.identity, Source::camera, seat.person.hasVideo});
  }
  out.talker = talker_;
  out.spotlight = spotlight_;
  out.width = policy_.width;
  out.height = policy_.height;
  out.gap = policy_.gap;
  out.maxTiles = policy_.maxTiles;
  out.keepAspect = policy_.keepAspect;
  return out;
}

std::vector<Tile> LayoutDirector::place(const std::string& layout, const LayoutInput& input) const {
  if (const auto own = policy_.custom.find(layout); own != policy_.custom.end()) {
    LayoutInput with = input;
    with.regions = own->second;
    return customLayout(with);
  }
  const LayoutKind* kind = findLayout(layout);
  return (kind != nullptr ? *kind : *findLayout("grid")).place(input);
}

void LayoutDirector::keepStage(const std::string& identity) {
  Seat* old = find(stage_);
  Seat* now = find(identity);
  if (old != nullptr && now != nullptr && old != now) std::swap(*old, *now);
  stage_ = identity;
}

/// Whether seats have changed, so that tiles must be placed again.
bool LayoutDirector::bringTalkersOn(const std::vector<Tile>& tiles) {
  std::vector<Seat*> on;
  std::vector<Seat*> off;
  for (auto& seat : seats_)
    (hasCamera(tiles, seat.person.identity) ? on : off).push_back(&seat);
  // Of those who never talked, the one who sits last goes first.
  std::ranges::reverse(on);
  std::ranges::stable_sort(on, {}, &Seat::talkedAt);
  std::ranges::stable_sort(off, std::ranges::greater(), &Seat::talkedAt);
  std::erase_if(on, [&](const Seat* seat) {
    return seat->person.identity == spotlight_ || seat->person.identity == stage_;
  });
  const bool seen = anybodySeen();
  std::erase_if(off, [&](const Seat* seat) { return hides(seat->person, seen); });
  bool changed = false;
  for (size_t i = 0; i < std::min(on.size(), off.size()); ++i) {
    if (off[i]->talkedAt <= on[i]->talkedAt) break;
    std::swap(*on[i], *off[i]);
    changed = true;
  }
  return changed;
}

LayoutDirector::Arrangement LayoutDirector::arrange(const std::vector<Person>& people,
                                                    const std::vector<std::string>& screens) {
  seat(people);
  shared_ = !screens.empty();
  if (!shared_) chosenWhileShared_.clear();
  if (find(spotlight_) == nullptr) spotlight_.clear();

  Arrangement out;
  out.layout = layoutInForce();
  out.spotlight = spotlight_;
  const LayoutKind* kind = findLayout(policy_.custom.contains(out.layout) ? "custom" : out.layout);
  LayoutInput input = inputOf(screens);
  const LayoutSource* stage = stageOf(input);
  if (kind != nullptr && kind->hasStage && stage != nullptr) {
    keepStage(std::string(stage->identity));
    input = inputOf(screens);
  } else {
    stage_.clear();
  }
  out.tiles = place(out.layout, input);
  if (bringTalkersOn(out.tiles)) out.tiles = place(out.layout, inputOf(screens));

  onCanvas_.clear();
  for (const auto& tile : out.tiles) {
    if (tile.source == Source::camera) onCanvas_.push_back(tile.identity);
  }
  out.offCanvas = static_cast<int>(seats_.size() - onCanvas_.size());
  return out;
}

}  // namespace tributary
