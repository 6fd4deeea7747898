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
  std::shared_ptr<Rendition> rendition;
  const auto running = renditions_.find(key);
  if (running != renditions_.end()) {
    rendition = running->second;
  } else {
    auto started = start(spec);
    if (!started) return tl::unexpected(started.error());
    rendition = *started;
  }
  rendition->addViewer(viewer);
  const std::string before = known != viewers_.end() ? known->second.first : "";
  viewers_[viewer.get()] = {key, viewer};
  const auto old = renditions_.find(before);
  if (old != renditions_.end()) {
    old->second->removeViewer(viewer.get());
    if (old->second->viewers() == 0) drop(before);
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
  if (rendition->second->viewers() == 0) drop(key);
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
    if (renditions_.contains(key) || std::ranges::none_of(viewers_, isWatched)) return;
    const auto started = start(spec);
    if (!started) {
      log::error("rendition.restartFailed", {{"rendition", key}, {"message", started.error().message}});
      return restartLater(key, spec);
    }
    for (const auto& [viewer, watching] : viewers_) {
      if (watching.first == key) (*started)->addViewer(watching.second);
    }
  });
}

void RenditionSet::push(GstBuffer* canvas) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, rendition] : renditions_)
    rendition->push(canvas);
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
