#include "media/media_pipeline.h"

#include <gst/gst.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <set>

#include "base/log.h"
#include "media/counter_place.h"
#include "media/media_member.h"
#include "media/ticker.h"

namespace tributary {

namespace {

constexpr int64_t rateWindow = 1'000'000'000;
constexpr std::chrono::seconds watchAgain{1};  // an encoder that does not start may do so later

void add(VideoMixer::Counters& sum, const VideoMixer::Counters& more) {
  sum.rendered += more.rendered;
  sum.late += more.late;
  sum.seconds += more.seconds;
  for (size_t i = 0; i < sum.durationBuckets.size(); ++i)
    sum.durationBuckets[i] += more.durationBuckets[i];
}

void add(PeerOutput::Counters& sum, const PeerOutput::Counters& more) {
  sum.packets += more.packets;
  sum.bytes += more.bytes;
}

}  // namespace

MediaPipeline::MediaPipeline(MediaSettings settings, Callbacks callbacks)
    : settings_(std::move(settings)), callbacks_(std::move(callbacks)) {
  audio_ = std::make_unique<AudioMixer>(settings_.audio, clock_);
  renditions_ = std::make_unique<RenditionSet>(settings_.renditions, settings_.canvas.format(), clock_);
  startVideo({});
}

void MediaPipeline::startVideo(MixerStart begin) {
  const auto sink = [this, format = settings_.canvas.format()](GstBuffer* canvas) {
    renditions_->push(canvas, format);
    snapshot_->offer(canvas);
    const std::lock_guard lock(canvasMutex_);
    if (canvasSink_) canvasSink_(canvas, format);
  };
  snapshot_ = std::make_unique<Snapshot>(settings_.canvas.format());
  if (marked_) begin.mark = drawRecordingMark(settings_.canvas.height);
  video_ = std::make_unique<VideoMixer>(settings_.canvas, clock_, sink, std::move(begin));
  video_->setFrameDivisor(saving_.frameDivisor);
}

void MediaPipeline::watchCanvas(std::function<void(GstBuffer*, const CanvasFormat&)> sink) {
  const std::lock_guard lock(canvasMutex_);
  canvasSink_ = std::move(sink);
}

std::shared_ptr<TileSlot> MediaPipeline::slot(const Id& id, Source source) const {
  const auto found = members_.find(id);
  if (found == members_.end()) return nullptr;
  return source == Source::screen ? found->second->screen : found->second->slot;
}

Result<void> MediaPipeline::reconfigure(const MediaSettings& settings) {
  auto changed = renditions_->reconfigure(settings.renditions, settings.canvas.format());
  if (!changed) return changed;
  audio_->setOpus(settings.audio.opus);
  audio_->setVoice(settings.audio.voice);
  MediaSettings next = settings;
  next.peer = settings_.peer;
  next.peer.longestHold = settings.peer.longestHold;
  next.audio.talkerSlots = settings_.audio.talkerSlots;
  settings_ = std::move(next);
  counter_ = {};
  for (auto& [id, member] : members_) {
    member->cameraArt = {};
    member->screenArt = {};
    if (member->peer) member->peer->setLongestHold(settings_.peer.longestHold);
  }
  return {};
}

void MediaPipeline::show(std::shared_ptr<const Scene> scene) {
  if (video_->settings() == settings_.canvas) return video_->setScene(std::move(scene));
  // The new one's first frame is the one that the old one would have drawn next.
  add(gone_.video, video_->counters());
  const int64_t lastTick = video_->lastTick();
  video_.reset();
  startVideo({lastTick, std::move(scene), nullptr});
}

MediaPipeline::~MediaPipeline() {
  members_.clear();
  video_.reset();
  snapshot_.reset();
  renditions_.reset();
  audio_.reset();
}

void MediaPipeline::warmUp() {
  auto webrtc = makeElement("webrtcbin");
  if (!webrtc) return log::error("media.missing", {{"message", webrtc.error().message}});
  auto pipeline = ObjectPtr<GstElement>::sink(gst_pipeline_new("warm-up"));
  gst_bin_add(GST_BIN(pipeline.get()), webrtc->get());
  const auto pad = ObjectPtr<GstPad>::adopt(gst_element_request_pad_simple(webrtc->get(), "sink_0"));
  gst_element_set_state(pipeline.get(), GST_STATE_PAUSED);
  for (const auto name : videoCodecNames()) {
    // libav and what it pulls in is 33 MB; the first peer with H.264 waits 75 ms for it instead.
    if (name == "H264") continue;
    const auto decoder = makeDecoder(*findVideoCodec(name));
    if (!decoder) log::warning("media.missing", {{"message", decoder.error().message}});
  }
  drawLabel({"", "Warm up", true}, 640, 360);  // fontconfig's cache
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
}

void MediaPipeline::addPerson(const Id& id) {
  auto& member = members_[id];
  if (member) return;
  member = std::make_unique<Member>();
  member->id = id;
  member->screen->setMuted(true);
}

/// What a peer has counted, which goes on to count when it has gone.
void MediaPipeline::addPeer(Stats& stats, const Member& member) {
  const auto peer = member.peer->counters();
  add(stats.audioIn, peer.audioIn);
  add(stats.videoIn, peer.videoIn);
  stats.videoLost += peer.videoLost;
  stats.audioOutLost += peer.audioOutLost;
  stats.videoOutLost += peer.videoOutLost;
  stats.rtpInDirect += peer.direct;
  stats.rtpOutDirect += peer.directOut;
  stats.floodRests += peer.floodRests;
  stats.resent += peer.resent;
  stats.resendRefused += peer.resendRefused;
  stats.gatedPackets += peer.gated;
  stats.framesSkipped += peer.framesSkipped;
  stats.framesLate += peer.framesLate;
  add(stats.videoOut, member.output->video());
  add(stats.audioOut, member.output->audio());
  const auto sound = member.talker->counters();
  stats.audioLost += sound.lost;
  stats.audioPackets += sound.packets;
  stats.audioDecoded += sound.decoded;
}

void MediaPipeline::retire(Member& member) {
  if (!member.peer) return;
  addPeer(gone_, member);
  member.moving.stop();
  renditions_->unwatch(member.output.get());
  audio_->remove(member.id);
  member.peer.reset();
  member.output.reset();
  member.talker.reset();
  member.slot->clear();
}

void MediaPipeline::removePerson(const Id& id) {
  const auto found = members_.find(id);
  if (found == members_.end()) return;
  retire(*found->second);
  const auto counters = found->second->slot->counters();
  gone_.framesArrived += counters.arrived;
  gone_.framesShown += counters.shown;
  members_.erase(found);
}

void MediaPipeline::connect(const Id& id, const PeerOffer& offer,
                            std::function<void(Result<std::string>)> onAnswer) {
  addPerson(id);
  Member& member = *members_[id];
  retire(member);
  member.talker = std::make_shared<Talker>();
  member.output = std::make_shared<PeerOutput>();
  member.videoRate = RateMeter(rateWindow);
  member.allRate = RateMeter(rateWindow);
  member.cameraRate = RateMeter(0);
  bool sends = false;
  bool hears = false;
  for (const auto& line : offer.lines) {
    if (line.kind != MediaLine::Kind::audio) continue;
    sends = line.receive;
    hears = line.send;
  }
  PeerConnection::Callbacks callbacks;
  callbacks.onAnswer = std::move(onAnswer);
  callbacks.onCandidate = [this, id](const auto& candidate, const auto& mid, unsigned mline) {
    callbacks_.onCandidate(id, candidate, mid, mline);
  };
  callbacks.onState = [this, id](PeerConnection::State state) {
    const auto known = members_.find(id);
    if (known == members_.end()) return;
    if (state == PeerConnection::State::connected) watch(*known->second);
    if (state == PeerConnection::State::failed) {
      const auto& element = known->second->peer->failedElement();
      ++gone_.errors[element.empty() ? "peer" : element];
    }
    callbacks_.onState(id, state);
  };
  callbacks.onKeyFrameRequest = [this, output = member.output.get()] {
    renditions_->requestKeyFrame(output);
  };
  audio_->add(id, sends ? member.talker : nullptr, hears ? member.output : nullptr);
  audio_->setMuted(id, member.audioMuted);
  member.peer = PeerConnection::create(id, offer, settings_.peer,
                                       {member.slot, member.screen, member.talker, member.output}, clock_,
                                       lanes_, reaper_, std::move(callbacks));
}

void MediaPipeline::watch(Member& member, bool mute) {
  if (!member.peer || member.peer->videoCodec().empty() || member.audioOnly) return;
  const auto watching =
      renditions_->watch(member.output, member.peer->videoCodec(), renditionFor(member), mute);
  if (!watching) {
    log::error("rendition.startFailed", {{"participant", member.id}, {"message", watching.error().message}});
    member.moving = Timer::once(watchAgain, [this, &member, mute] { watch(member, mute); });
  }
}

void MediaPipeline::disconnectFailed(const Id& id) {
  const auto found = members_.find(id);
  if (found == members_.end() || !found->second->peer) return;
  if (found->second->peer->state() == PeerConnection::State::failed) retire(*found->second);
}

void MediaPipeline::addCandidate(const Id& id, unsigned mline, const std::string& candidate) {
  const auto found = members_.find(id);
  if (found != members_.end() && found->second->peer) found->second->peer->addCandidate(mline, candidate);
}

void MediaPipeline::setVideoMuted(const Id& id, bool muted) {
  const auto found = members_.find(id);
  if (found != members_.end()) found->second->slot->setMuted(muted);
}

void MediaPipeline::setScreenShared(const Id& id, bool shared) {
  const auto found = members_.find(id);
  if (found != members_.end()) found->second->screen->setMuted(!shared);
}

int64_t MediaPipeline::lastScreenPacket(const Id& id) const {
  const auto found = members_.find(id);
  return found != members_.end() && found->second->peer ? found->second->peer->lastScreenPacket() : 0;
}

TileSlot::Size MediaPipeline::cameraSize(const Id& id) const {
  const auto found = members_.find(id);
  return found != members_.end() ? found->second->slot->sourceSize() : TileSlot::Size{};
}

void MediaPipeline::setAudioMuted(const Id& id, bool muted) {
  const auto found = members_.find(id);
  if (found == members_.end()) return;
  found->second->audioMuted = muted;
  audio_->setMuted(id, muted);
}

void MediaPipeline::setAudioOnly(const Id& id, bool audioOnly) {
  const auto found = members_.find(id);
  if (found == members_.end() || found->second->audioOnly == audioOnly) return;
  Member& member = *found->second;
  member.audioOnly = audioOnly;
  if (!member.output || !member.output->isOpen()) return;
  if (audioOnly) {
    renditions_->unwatch(member.output.get());
  } else {
    watch(member);
  }
}

void MediaPipeline::setRendition(const Id& id, const std::string& rendition,
                                 std::optional<std::chrono::milliseconds> drain) {
  const auto found = members_.find(id);
  if (found == members_.end() || found->second->rendition == rendition) return;
  Member& member = *found->second;
  const std::string before = renditionFor(member);
  const bool moving = member.moving.running();
  member.rendition = rendition;
  member.moving.stop();
  if (!member.output || !member.output->isOpen()) return;
  const bool stays = renditionFor(member) == before;
  if (stays && !moving) return;
  if (stays || !drain) return watch(member);
  member.output->muteVideo();
  member.moving = Timer::once(*drain, [this, &member] { watch(member, true); });
}

std::optional<MediaPipeline::Downlink> MediaPipeline::downlink(const Id& id) {
  const auto found = members_.find(id);
  if (found == members_.end() || !found->second->peer || !found->second->output->isOpen())
    return std::nullopt;
  Member& member = *found->second;
  const auto video = member.output->video();
  const auto audio = member.output->audio();
  const int64_t now = monotonicNow();
  const uint64_t videoBytes = video.bytes + video.packets * packetOverhead;
  member.videoRate.update(videoBytes, now);
  member.allRate.update(videoBytes + audio.bytes + audio.packets * packetOverhead, now);
  const auto estimate = member.peer->downlink(member.allRate.bitrate());
  if (std::abs(estimate.loss - member.toldLoss) > 0.02) {
    member.toldLoss = estimate.loss;
    audio_->setLoss(id, estimate.loss);
  }
  return Downlink{estimate, member.videoRate.bitrate(), member.peer->canPad()};
}

double MediaPipeline::cameraBitrate(const Id& id) {
  const auto found = members_.find(id);
  if (found == members_.end() || !found->second->peer) return 0;
  found->second->cameraRate.update(found->second->peer->counters().cameraBytes, monotonicNow());
  return found->second->cameraRate.bitrate();
}

uint64_t MediaPipeline::floodRests(const Id& id) const {
  const auto found = members_.find(id);
  return found != members_.end() && found->second->peer ? found->second->peer->counters().floodRests : 0;
}

void MediaPipeline::capUplink(const Id& id, int bitrate) {
  const auto found = members_.find(id);
  if (found != members_.end() && found->second->peer) found->second->peer->capUplink(bitrate);
}

void MediaPipeline::pad(const Id& id, double bitrate) {
  const auto found = members_.find(id);
  if (found != members_.end() && found->second->peer) found->second->peer->pad(bitrate);
}

void MediaPipeline::save(const Saving& saving) {
  if (saving == saving_) return;
  saving_ = saving;
  video_->setFrameDivisor(saving.frameDivisor);
  for (const auto& [id, member] : members_) {
    if (member->output && member->output->isOpen()) watch(*member);
  }
}

/// The rendition that a client gets: its own, or the next one while the top is left out.
std::string MediaPipeline::renditionFor(const Member& member) const {
  const auto& ladder = settings_.renditions.ladder;
  if (!saving_.topRenditionOff || ladder.empty()) return member.rendition;
  std::set<int, std::greater<>> heights;
  for (const auto& choice : ladder) {
    if (choice.stillMs == 0) heights.insert(choice.height);
  }
  const auto own = std::ranges::find(ladder, member.rendition, &RenditionChoice::name);
  const auto& present = own != ladder.end() ? *own : ladder.front();
  if (heights.size() < 2 || present.height < *heights.begin()) return member.rendition;
  return std::ranges::find(ladder, *std::next(heights.begin()), &RenditionChoice::height)->name;
}

std::shared_ptr<const Picture> MediaPipeline::cardFor(Member& member, const PlacedPerson& placed) {
  Member::Art& art = member.art(placed.source);
  const std::string key =
      placed.person.name + "/" + std::to_string(placed.rect.width) + "x" + std::to_string(placed.rect.height);
  if (key != art.cardKey)
    art.card = drawCard(placed.person, placed.rect.width, placed.rect.height, settings_.names);
  art.cardKey = key;
  return art.card;
}

std::shared_ptr<const Overlay> MediaPipeline::labelFor(Member& member, const PlacedPerson& placed) {
  if (!settings_.showNames) return nullptr;
  Member::Art& art = member.art(placed.source);
  const std::string key = placed.person.name + "/" + std::to_string(placed.rect.width) + "x" +
                          std::to_string(placed.rect.height) + (placed.person.audioMuted ? "/muted" : "");
  // A label grows with its tile; on a screen it would cover what others read.
  const int part = placed.source == Source::screen ? 2 : 1;
  if (key != art.labelKey) {
    art.label = drawLabel(placed.person, placed.rect.width / part, placed.rect.height / part, settings_.names,
                          settings_.canvas.height);
  }
  art.labelKey = key;
  return art.label;
}

void MediaPipeline::arrange(const std::vector<PlacedPerson>& people, int offCanvas) {
  auto scene = std::make_shared<Scene>();
  scene->style = settings_.style;
  for (const auto& placed : people) {
    const auto found = members_.find(placed.person.identity);
    if (found == members_.end()) continue;
    Member& member = *found->second;
    const bool screen = placed.source == Source::screen;
    // Nothing of a screen may be cut off: its edges have text too.
    scene->tiles.push_back({.slot = screen ? member.screen : member.slot,
                            .rect = placed.rect,
                            .fit = screen ? Fit::letterbox : settings_.fit,
                            .card = cardFor(member, placed),
                            .label = labelFor(member, placed),
                            .overlaps = placed.z > 0,
                            .talks = placed.talks});
  }
  branding_.update(settings_.brand, canvasRect(), settings_.canvas.background);
  branding_.addTo(*scene);
  if (offCanvas > 0) addCounter(*scene, offCanvas);
  decodeOnly(*scene);
  show(std::move(scene));
}

void MediaPipeline::addCounter(Scene& scene, int offCanvas) {
  if (counter_.first != offCanvas)
    counter_ = {offCanvas, drawCounter(offCanvas, settings_.canvas.height, settings_.names)};
  const Picture& picture = *counter_.second->picture;
  const Rect place =
      counterPlace(scene, canvasRect(), branding_.logoRect(), picture.width(), picture.height());
  scene.overlays.push_back({counter_.second, place.x, place.y});
}

void MediaPipeline::decodeOnly(const Scene& scene) {
  const auto isOn = [&scene](const std::shared_ptr<TileSlot>& slot) {
    return std::ranges::find(scene.tiles, slot, &SceneTile::slot) != scene.tiles.end();
  };
  for (const auto& [id, member] : members_) {
    member->slot->setWanted(isOn(member->slot));
    member->screen->setWanted(isOn(member->screen));
  }
}

Result<void> MediaPipeline::record(const std::shared_ptr<Recorder>& recorder,
                                   const std::optional<RenditionSet::TapWish>& wish) {
  if (wish) {
    if (auto tapped = renditions_->tap(recorder, *wish); !tapped) return tapped;
  }
  audio_->addTap(recorder);
  return {};
}

void MediaPipeline::showRecordingMark(bool shown) {
  marked_ = shown;
  video_->setMark(shown ? drawRecordingMark(settings_.canvas.height) : nullptr);
}

void MediaPipeline::unrecord(const std::shared_ptr<Recorder>& recorder) {
  renditions_->untap(recorder.get());
  audio_->removeTap(recorder.get());
}

MediaPipeline::Stats MediaPipeline::stats() const {
  Stats out = gone_;
  add(out.video, video_->counters());
  out.audio = audio_->counters();
  out.renditions = renditions_->list();
  out.frames = renditions_->frames();
  for (const auto& [element, count] : renditions_->errors())
    out.errors[element] += count;
  out.teardown = reaper_.stuckFor();
  for (const auto& [id, member] : members_) {
    const auto tile = member->slot->counters();
    out.framesArrived += tile.arrived;
    out.framesShown += tile.shown;
    if (!member->peer) continue;
    if (member->output->isOpen()) ++out.peersConnected;
    addPeer(out, *member);
    if (member->talker->counters().heldMs > 0) ++out.voicesHeld;
  }
  return out;
}

int64_t MediaPipeline::worstApart() const {
  int64_t out = 0;
  for (const auto& [id, member] : members_) {
    if (member->peer) out = std::max(out, std::abs(member->peer->apart().value_or(0)));
  }
  return out;
}

std::map<MediaPipeline::Id, TileSlot::Counters> MediaPipeline::tileCounters() const {
  std::map<Id, TileSlot::Counters> out;
  for (const auto& [id, member] : members_)
    out[id] = member->slot->counters();
  return out;
}

}  // namespace tributary
