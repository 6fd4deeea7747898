#include "media/rendition_set.h"

#include <algorithm>

#include "base/log.h"

namespace tributary {
namespace {

void add(RenditionSet::Frames& sum, const Rendition& rendition) {
  sum.encoded += rendition.framesEncoded();
  sum.dropped += rendition.framesDropped();
}

int evenUp(double value) {
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
  sweeping_.stop();
  leaving_.clear();
  decltype(renditions_) last;  // declared before the lock: stopping an encoder waits for its frame
  decltype(replaced_) others;
  const std::lock_guard lock(mutex_);
  last.swap(renditions_);
  others.swap(replaced_);
}

void RenditionSet::withSize(RenditionSpec& spec, const RenditionChoice& choice) const {
  spec.name = choice.name;
  spec.height = evenUp(choice.height);
  spec.width = evenUp(static_cast<double>(canvas_.width) * spec.height / canvas_.height);
  spec.framerate = choice.framerate > 0 ? std::min(choice.framerate, canvas_.framerate) : canvas_.framerate;
  spec.bitrate = choice.bitrate;
  spec.stillMs = choice.stillMs;
}

RenditionSpec RenditionSet::specFor(const std::string& codec, const std::string& rendition) const {
  const auto named = std::ranges::find(settings_.ladder, rendition, &RenditionChoice::name);
  const auto chosen = named != settings_.ladder.end() ? named : settings_.ladder.begin();
  RenditionSpec spec;
  withSize(spec, *chosen);
  spec.codec = codec;
  const auto own = settings_.encoders.find(codec);
  spec.encoder = own != settings_.encoders.end() ? encoderWith(codec, own->second) : defaultEncoder(codec);
  return spec;
}

RenditionSpec RenditionSet::specFor(const TapWish& wish) const {
  RenditionSpec spec = specFor(wish.codec, wish.rendition);
  if (!wish.own) return spec;
  withSize(spec, *wish.own);
  if (wish.encoder) spec.encoder = encoderWith(wish.codec, *wish.encoder);
  return spec;
}

Result<std::shared_ptr<Rendition>> RenditionSet::create(const RenditionSpec& spec) {
  const auto id = std::make_shared<uint64_t>(0);
  auto made =
      Rendition::create(spec, clock_, [this, key = spec.key(), id](const auto& element, const auto& said) {
        onError(key, *id, element, said);
      });
  if (!made) return tl::unexpected(made.error());
  *id = (*made)->id();
  log::info("rendition.started",
            {{"codec", spec.codec}, {"rendition", spec.name}, {"encoder", spec.encoder.element}});
  return std::shared_ptr<Rendition>(std::move(*made));
}

Result<std::shared_ptr<Rendition>> RenditionSet::start(const RenditionSpec& spec) {
  auto rendition = create(spec);
  if (!rendition) return rendition;
  std::shared_ptr<Rendition> before = *rendition;
  const std::lock_guard lock(mutex_);
  renditions_[spec.key()].swap(before);
  return rendition;
}

Result<std::shared_ptr<Rendition>> RenditionSet::running(const RenditionSpec& spec) {
  const auto found = renditions_.find(spec.key());
  if (found != renditions_.end()) return found->second;
  return start(spec);
}

Result<void> RenditionSet::watch(const std::shared_ptr<PeerOutput>& viewer, const std::string& codec,
                                 const std::string& name, bool mute) {
  const auto rendition = running(specFor(codec, name));
  if (!rendition) return tl::unexpected(rendition.error());
  auto& watching = viewers_[viewer.get()];
  watching.viewer = viewer;
  watching.codec = codec;
  watching.rendition = name;
  put(watching, *rendition, mute);
  return {};
}

void RenditionSet::unwatch(const PeerOutput* viewer) {
  const auto known = viewers_.find(viewer);
  if (known == viewers_.end()) return;
  known->second.viewer->leaveVideo();
  viewers_.erase(known);
  std::erase_if(leaving_, [viewer](const auto& left) { return left.viewer.get() == viewer; });
  for (const auto& [key, rendition] : renditions_)
    rendition->removeViewer(viewer);
  for (const auto& rendition : replaced_)
    rendition->removeViewer(viewer);
  dropUnused();
}

Result<void> RenditionSet::tap(const std::shared_ptr<VideoTap>& tap, const TapWish& wish) {
  untap(tap.get());
  const auto rendition = running(specFor(wish));
  if (!rendition) return tl::unexpected(rendition.error());
  put(taps_[tap.get()] = {"", tap, wish}, *rendition);
  return {};
}

void RenditionSet::untap(const VideoTap* tap) {
  if (taps_.erase(tap) == 0) return;
  std::erase_if(leaving_, [tap](const auto& left) { return left.tap.get() == tap; });
  for (const auto& [key, rendition] : renditions_)
    rendition->removeTap(tap);
  for (const auto& rendition : replaced_)
    rendition->removeTap(tap);
  dropUnused();
}

void RenditionSet::dropUnused() {
  std::vector<std::shared_ptr<Rendition>> last;  // declared first, so it goes after the lock: stopping waits
  const std::lock_guard lock(mutex_);
  const auto unused = [this, &last](const std::shared_ptr<Rendition>& rendition) {
    if (rendition->inUse()) return false;
    log::info("rendition.stopped",
              {{"codec", rendition->spec().codec}, {"rendition", rendition->spec().name}});
    add(gone_, *rendition);
    last.push_back(rendition);
    return true;
  };
  std::erase_if(renditions_, [&](const auto& entry) { return unused(entry.second); });
  std::erase_if(replaced_, unused);
}

void RenditionSet::requestKeyFrame(const PeerOutput* viewer) {
  const auto known = viewers_.find(viewer);
  if (known == viewers_.end()) return;
  const auto rendition = renditions_.find(known->second.key);
  if (rendition != renditions_.end()) rendition->second->requestKeyFrame();
}

void RenditionSet::requestKeyFrame(const VideoTap* tap) {
  const auto known = taps_.find(tap);
  if (known == taps_.end()) return;
  const auto rendition = renditions_.find(known->second.key);
  if (rendition != renditions_.end()) rendition->second->requestKeyFrame();
}

void RenditionSet::push(GstBuffer* canvas, const CanvasFormat& format) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, rendition] : renditions_)
    rendition->push(canvas, format);
  for (const auto& rendition : replaced_)
    rendition->push(canvas, format);
}

void RenditionSet::forEach(const std::function<void(const Rendition&)>& each) const {
  for (const auto& [key, rendition] : renditions_)
    each(*rendition);
}

std::string RenditionSet::watchedBy(const PeerOutput* viewer) const {
  const auto found = viewers_.find(viewer);
  return found != viewers_.end() ? found->second.key : "";
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

RenditionSet::Frames RenditionSet::frames() const {
  const std::lock_guard lock(mutex_);
  Frames out = gone_;
  for (const auto& [key, rendition] : renditions_)
    add(out, *rendition);
  for (const auto& rendition : replaced_)
    add(out, *rendition);
  return out;
}

}  // namespace tributary
