#include "media/rendition_set.h"

#include <algorithm>

#include "base/log.h"

namespace tributary {
namespace {

constexpr std::chrono::seconds restartDelay{1};

int even(double value) {
  return static_cast<int>(value + 1) & ~1;
}

}  // namespace

RenditionSet::RenditionSet(RenditionSettings settings, const CanvasFormat& canvas, const RoomClock& clock)
    : settings_(std::move(settings)), canvas_(canvas), clock_(clock) {
  if (settings_.ladder.empty())
    settings_.ladder.push_back({std::to_string(canvas.height) + "p", canvas.height});
}

RenditionSet::~RenditionSet() {
  restarts_.clear();
  decltype(renditions_) last;  // declared before the lock: stopping an encoder waits for its frame
  const std::lock_guard lock(mutex_);
  last.swap(renditions_);
}

RenditionSpec RenditionSet::specFor(const std::string& codec, int maxHeight) const {
  const RenditionChoice* chosen = &settings_.ladder.front();
  if (maxHeight > 0 && chosen->height > maxHeight) {
    // The highest that fits, or the lowest there is.
    for (const auto& choice : settings_.ladder) {
      const bool fits = choice.height <= maxHeight;
      const bool chosenFits = chosen->height <= maxHeight;
      const bool better = fits ? !chosenFits || choice.height > chosen->height
                               : !chosenFits && choice.height < chosen->height;
      if (better) chosen = &choice;
    }
  }
  RenditionSpec spec;
  spec.name = chosen->name;
  spec.codec = codec;
  spec.height = even(chosen->height);
  spec.width = even(static_cast<double>(canvas_.width) * spec.height / canvas_.height);
  spec.framerate = canvas_.framerate;
  spec.bitrate = chosen->bitrate;
  const auto own = settings_.encoders.find(codec);
  spec.encoder = own != settings_.encoders.end() ? own->second : defaultEncoder(codec);
  return spec;
}

RenditionSpec RenditionSet::specFor(const TapWish& wish) const {
  int height = 0;
  for (const auto& choice : settings_.ladder) {
    if (choice.name == wish.rendition) height = choice.height;
  }
  RenditionSpec spec = specFor(wish.codec, height);
  if (!wish.own) return spec;
  spec.name = wish.own->name;
  spec.height = even(wish.own->height);
  spec.width = even(static_cast<double>(canvas_.width) * spec.height / canvas_.height);
  spec.bitrate = wish.own->bitrate;
  spec.encoder = wish.encoder.value_or(spec.encoder);
  return spec;
}

Result<std::shared_ptr<Rendition>> RenditionSet::running(const RenditionSpec& spec) {
  const auto found = renditions_.find(spec.key());
  if (found != renditions_.end()) return found->second;
  return start(spec);
}

Result<std::shared_ptr<Rendition>> RenditionSet::start(const RenditionSpec& spec) {
  const std::string key = spec.key();
  auto made = Rendition::create(spec, canvas_, clock_,
                                [this, key](const std::string& sentence) { onError(key, sentence); });
  if (!made) return tl::unexpected(made.error());
  std::shared_ptr<Rendition> rendition = std::move(*made);
  log::info("rendition.started",
            {{"codec", spec.codec}, {"rendition", spec.name}, {"encoder", spec.encoder.element}});
  std::shared_ptr<Rendition> before = rendition;
  const std::lock_guard lock(mutex_);
  renditions_[key].swap(before);
  return rendition;
}

Result<void> RenditionSet::watch(const std::shared_ptr<PeerOutput>& viewer, const std::string& codec,
                                 int maxHeight) {
  const RenditionSpec spec = specFor(codec, maxHeight);
  const std::string key = spec.key();
  const auto known = viewers_.find(viewer.get());
  if (known != viewers_.end() && known->second.first == key && renditions_.contains(key)) return {};
  const auto started = running(spec);
  if (!started) return tl::unexpected(started.error());
  (*started)->addViewer(viewer);
  const std::string before = known != viewers_.end() ? known->second.first : "";
  viewers_[viewer.get()] = {key, viewer};
  const auto old = renditions_.find(before);
  if (old != renditions_.end()) {
    old->second->removeViewer(viewer.get());
    dropUnused(before);
  }
  return {};
}

void RenditionSet::unwatch(const PeerOutput* viewer) {
  const auto known = viewers_.find(viewer);
  if (known == viewers_.end()) return;
  const std::string key = known->second.first;
  viewers_.erase(known);
  const auto rendition = renditions_.find(key);
  if (rendition == renditions_.end()) return;
  rendition->second->removeViewer(viewer);
  dropUnused(key);
}

void RenditionSet::dropUnused(const std::string& key) {
  const auto rendition = renditions_.find(key);
  if (rendition != renditions_.end() && !rendition->second->inUse()) drop(key);
}

Result<void> RenditionSet::tap(const std::shared_ptr<VideoTap>& tap, const TapWish& wish) {
  untap(tap.get());
  const RenditionSpec spec = specFor(wish);
  const auto started = running(spec);
  if (!started) return tl::unexpected(started.error());
  (*started)->addTap(tap);
  taps_[tap.get()] = {spec.key(), tap};
  return {};
}

void RenditionSet::untap(const VideoTap* tap) {
  const auto known = taps_.extract(tap);
  if (known.empty()) return;
  const std::string& key = known.mapped().first;
  const auto rendition = renditions_.find(key);
  if (rendition == renditions_.end()) return;
  rendition->second->removeTap(tap);
  dropUnused(key);
}

void RenditionSet::requestKeyFrame(const VideoTap* tap) {
  const auto known = taps_.find(tap);
  if (known == taps_.end()) return;
  const auto rendition = renditions_.find(known->second.first);
  if (rendition != renditions_.end()) rendition->second->requestKeyFrame();
}

void RenditionSet::drop(const std::string& key) {
  std::shared_ptr<Rendition> last;  // declared first, so it goes after the lock: stopping waits for a frame
  const std::lock_guard lock(mutex_);
  const auto found = renditions_.find(key);
  if (found == renditions_.end()) return;
  log::info("rendition.stopped",
            {{"codec", found->second->spec().codec}, {"rendition", found->second->spec().name}});
  last = std::move(found->second);
  renditions_.erase(found);
}

void RenditionSet::requestKeyFrame(const PeerOutput* viewer) {
  const auto known = viewers_.find(viewer);
  if (known == viewers_.end()) return;
  const auto rendition = renditions_.find(known->second.first);
  if (rendition != renditions_.end()) rendition->second->requestKeyFrame();
}

void RenditionSet::onError(const std::string& key, const std::string& sentence) {
  ++errors_;
  log::error("rendition.failed", {{"rendition", key}, {"message", sentence}});
  const RenditionSpec spec = renditions_.contains(key) ? renditions_[key]->spec() : RenditionSpec{};
  main_context::post([alive = std::weak_ptr(alive_), this, key] {  // not now: its bus is calling us
    if (!alive.expired()) drop(key);
  });
  restartLater(key, spec);
}

void RenditionSet::restartLater(const std::string& key, const RenditionSpec& spec) {
  restarts_[key] = Timer::once(restartDelay, [this, key, spec] {
    const auto isWatched = [&key](const auto& entry) { return entry.second.first == key; };
    const bool wanted = std::ranges::any_of(viewers_, isWatched) || std::ranges::any_of(taps_, isWatched);
    if (renditions_.contains(key) || !wanted) return;
    const auto started = start(spec);
    if (!started) {
      log::error("rendition.restartFailed", {{"rendition", key}, {"message", started.error().message}});
      return restartLater(key, spec);
    }
    for (const auto& [viewer, watching] : viewers_) {
      if (watching.first == key) (*started)->addViewer(watching.second);
    }
    for (const auto& [tap, tapping] : taps_) {
      if (tapping.first == key) (*started)->addTap(tapping.second);
    }
  });
}

void RenditionSet::push(GstBuffer* canvas) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, rendition] : renditions_)
    rendition->push(canvas);
}

void RenditionSet::forEach(const std::function<void(const Rendition&)>& each) const {
  for (const auto& [key, rendition] : renditions_)
    each(*rendition);
}

std::string RenditionSet::watchedBy(const PeerOutput* viewer) const {
  const auto found = viewers_.find(viewer);
  return found != viewers_.end() ? found->second.first : "";
}

std::vector<RenditionSet::Info> RenditionSet::list() const {
  const std::lock_guard lock(mutex_);
  std::vector<Info> out;
  for (const auto& [key, rendition] : renditions_) {
    out.push_back(
        {rendition->spec().codec, rendition->spec().name, rendition->viewers(), rendition->framesEncoded()});
  }
  return out;
}

}  // namespace tributary
