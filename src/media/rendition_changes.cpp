// RenditionSet: how viewers get from one rendition to another, and what happens to one that breaks.
#include <algorithm>

#include "base/log.h"
#include "media/rendition_set.h"
#include "media/ticker.h"

namespace tributary {
namespace {

constexpr std::chrono::seconds restartDelay{1};
constexpr std::chrono::milliseconds sweepInterval{100};
// A viewer that has had no key frame of its new rendition by then gets nothing of the old one either.
constexpr int64_t leavePatience = 5'000'000'000;

}  // namespace

void RenditionSet::put(Watching& watching, const std::shared_ptr<Rendition>& rendition, bool mute) {
  PeerOutput* viewer = watching.viewer.get();
  const auto before = renditions_.find(watching.key);
  const bool known = before != renditions_.end();
  if (known && before->second != rendition) leave({before->second, watching.viewer, nullptr, monotonicNow()});
  watching.key = rendition->spec().key();
  std::erase_if(leaving_,
                [&](const auto& left) { return left.from == rendition && left.viewer.get() == viewer; });
  const bool waits = viewer->expectVideo(rendition->id(), mute);
  if (!rendition->hasViewer(viewer)) {
    rendition->addViewer(watching.viewer);
  } else if (waits) {
    rendition->requestKeyFrame();
  }
}

void RenditionSet::leave(Leaving leaving) {
  leaving_.push_back(std::move(leaving));
  if (!sweeping_.running()) sweeping_ = Timer::every(sweepInterval, [this] { sweep(); });
}

void RenditionSet::sweep() {
  const int64_t now = monotonicNow();
  std::erase_if(leaving_, [now](const Leaving& left) {
    if (left.present() == left.from->id() && now - left.since < leavePatience) return false;
    if (left.viewer) {
      left.from->removeViewer(left.viewer.get());
      left.viewer->leaveVideo(left.from->id());
    }
    if (left.tap) left.from->removeTap(left.tap.get());
    return true;
  });
  dropUnused();
  if (leaving_.empty()) sweeping_.stop();
}

std::vector<RenditionSpec> RenditionSet::wanted() const {
  std::vector<RenditionSpec> out;
  for (const auto& [viewer, watching] : viewers_)
    out.push_back(specFor(watching.codec, watching.rendition));
  for (const auto& [tap, tapping] : taps_)
    out.push_back(specFor(tapping.wish));
  return out;
}

Result<RenditionSet::Renditions> RenditionSet::replacements() {
  Renditions out;
  for (const auto& spec : wanted()) {
    const auto running = renditions_.find(spec.key());
    const bool stays = running != renditions_.end() && running->second->spec().sameEncode(spec);
    if (stays || out.contains(spec.key())) continue;
    auto made = create(spec);
    if (!made) return tl::unexpected(made.error());
    out[spec.key()] = *made;
  }
  return out;
}

Result<void> RenditionSet::reconfigure(RenditionSettings settings, const CanvasFormat& canvas) {
  const auto oldSettings = std::exchange(settings_, std::move(settings));
  const auto oldCanvas = std::exchange(canvas_, canvas);
  const auto made = replacements();
  if (!made) {
    settings_ = oldSettings;
    canvas_ = oldCanvas;
    return tl::unexpected(made.error());
  }
  const Renditions before = renditions_;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [key, rendition] : *made) {
      auto& place = renditions_[key];
      if (place) replaced_.push_back(place);
      place = rendition;
    }
  }
  for (const auto& spec : wanted())
    renditions_.at(spec.key())->setBitrate(spec.bitrate);
  for (auto& [viewer, watching] : viewers_) {
    const auto old = before.find(watching.key);
    const auto& rendition = renditions_.at(specFor(watching.codec, watching.rendition).key());
    if (old != before.end() && old->second != rendition) {
      leave({old->second, watching.viewer, nullptr, monotonicNow()});
      watching.key.clear();  // another rendition may have that key now, which put() must not leave
    }
    put(watching, rendition);
  }
  moveTaps(before);
  return {};
}

void RenditionSet::put(Tapping& tapping, const std::shared_ptr<Rendition>& rendition) {
  tapping.key = rendition->spec().key();
  std::erase_if(leaving_,
                [&](const auto& left) { return left.from == rendition && left.tap == tapping.tap; });
  tapping.tap->expectVideo(rendition->id());
  rendition->addTap(tapping.tap);
}

void RenditionSet::moveTaps(const Renditions& before) {
  for (auto& [tap, tapping] : taps_) {
    const auto old = before.find(tapping.key);
    const auto& rendition = renditions_.at(specFor(tapping.wish).key());
    if (old != before.end() && old->second == rendition) continue;
    if (old != before.end()) leave({old->second, nullptr, tapping.tap, monotonicNow()});
    put(tapping, rendition);
  }
  dropUnused();
}

void RenditionSet::onError(const std::string& key, uint64_t id, const std::string& element,
                           const std::string& sentence) {
  ++errors_[element];
  log::error("rendition.failed", {{"rendition", key}, {"element", element}, {"message", sentence}});
  main_context::post([alive = std::weak_ptr(alive_), this, id] {  // not now: its bus is calling us
    if (!alive.expired()) dropFailed(id);
  });
}

void RenditionSet::dropFailed(uint64_t id) {
  std::vector<std::shared_ptr<Rendition>> last;  // declared first, so it goes after the lock: stopping waits
  const auto failed = [this, &last, id](const std::shared_ptr<Rendition>& rendition) {
    if (rendition->id() != id) return false;
    gone_.encoded += rendition->framesEncoded();
    gone_.dropped += rendition->framesDropped();
    last.push_back(rendition);
    return true;
  };
  const std::lock_guard lock(mutex_);
  if (std::erase_if(replaced_, failed) > 0) return;
  std::erase_if(renditions_, [&failed](const auto& entry) { return failed(entry.second); });
  if (!last.empty()) restartLater(last.front()->spec().key(), last.front()->spec());
}

void RenditionSet::restartLater(const std::string& key, const RenditionSpec& spec) {
  restarts_[key] = Timer::once(restartDelay, [this, key, spec] {
    const auto wants = [&key](const auto& entry) { return entry.second.key == key; };
    const bool isWanted = std::ranges::any_of(viewers_, wants) || std::ranges::any_of(taps_, wants);
    if (!isWanted) return;
    // Somebody who came meanwhile may have started it.
    const auto present = renditions_.find(key);
    const auto running =
        present != renditions_.end() ? Result<std::shared_ptr<Rendition>>(present->second) : start(spec);
    if (!running) {
      log::error("rendition.restartFailed", {{"rendition", key}, {"message", running.error().message}});
      return restartLater(key, spec);
    }
    for (auto& [viewer, watching] : viewers_) {
      if (watching.key == key) put(watching, *running);
    }
    for (auto& [tap, tapping] : taps_) {
      if (tapping.key == key) put(tapping, *running);
    }
  });
}

}  // namespace tributary
