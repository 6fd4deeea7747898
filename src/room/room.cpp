#include "room/room.h"

#include <algorithm>
#include <cstdlib>

#include "base/log.h"
#include "base/timestamp.h"
#include "media/ticker.h"
#include "room/message_handler.h"

namespace tributary {
namespace {

constexpr std::chrono::milliseconds speakerInterval{100};
constexpr std::chrono::milliseconds screenInterval{100};
constexpr std::chrono::milliseconds uplinkInterval{250};
constexpr std::chrono::milliseconds downlinkInterval{100};
constexpr std::chrono::milliseconds uplinkWatchInterval{1000};
constexpr std::chrono::milliseconds qualityInterval{3000};
constexpr std::chrono::milliseconds capacityInterval{1000};
constexpr std::chrono::seconds teardownPatience{20};

/// What a tile is labelled with.
Person shownAs(const Participant& person, Source source) {
  if (source == Source::screen) return {person.identity, person.name + "’s screen", false};
  return {person.identity, person.name, person.audioMuted};
}

/// What clients may share and how: false, or the limits.
Json screenJson(const ScreenSettings& screen) {
  if (screen.sharers == 0) return false;
  return Json::object({{"sharers", screen.sharers},
                       {"replace", screen.replace},
                       {"maxWidth", screen.maxWidth},
                       {"maxHeight", screen.maxHeight},
                       {"maxFramerate", screen.maxFramerate},
                       {"maxBitrate", screen.maxBitrate}});
}

}  // namespace

Room::Room(RoomSettings settings, Outlet outlet, CapacitySource capacity)
    : settings_(std::move(settings)),
      outlet_(std::move(outlet)),
      director_(layoutPolicy(settings_)),
      screens_(settings_.screen),
      uplinks_(uplinkLimits(settings_)),
      capacitySource_(capacity ? std::move(capacity) : [this] { return measureCapacity(); }),
      rates_(rateSettings(settings_)) {
  MediaPipeline::Callbacks callbacks;
  callbacks.onCandidate = [this](const auto& id, const auto& candidate, const auto& mid, unsigned mline) {
    const auto found = std::ranges::find(people_, id, [](const auto& p) { return p->identity; });
    if (found == people_.end() || (*found)->sessionId.empty()) return;
    outlet_.send(
        Json::array({(*found)->sessionId}),
        Json::object(
            {{"type", "candidate"}, {"candidate", candidate}, {"sdpMid", mid}, {"sdpMLineIndex", mline}}));
  };
  callbacks.onState = [this](const auto& id, PeerConnection::State state) { onPeerState(id, state); };
  media_ = std::make_unique<MediaPipeline>(mediaSettings(settings_), std::move(callbacks));
  recording_ = std::make_unique<RoomRecording>(*media_, outlet_.recording);
  timers_.push_back(Timer::every(speakerInterval, [this] { watchSpeakers(); }));
  timers_.push_back(Timer::every(screenInterval, [this] { watchScreens(); }));
  timers_.push_back(Timer::every(uplinkInterval, [this] { steerUplinks(); }));
  timers_.push_back(Timer::every(downlinkInterval, [this] { steerDownlinks(); }));
  timers_.push_back(Timer::every(uplinkWatchInterval, [this] {
    watchUplinks();
    watchFloods();
  }));
  timers_.push_back(Timer::every(qualityInterval, [this] { watchQuality(); }));
  timers_.push_back(Timer::every(capacityInterval, [this] { watchCapacity(); }));
  timers_.push_back(Timer::every(std::chrono::seconds(2), [this] { checkTeardown(); }));
}

Room::~Room() {
  timers_.clear();
  for (auto& person : people_)
    person->departure.stop();
  recording_.reset();
  media_.reset();
}

Participant* Room::bySession(const std::string& sessionId) {
  const auto found = std::ranges::find(people_, sessionId, [](const auto& p) { return p->sessionId; });
  return found != people_.end() && !sessionId.empty() ? found->get() : nullptr;
}

Result<Json> Room::join(const Json& params) {
  const std::string identity = params["identity"].stringOr("");
  const auto found = std::ranges::find(people_, identity, [](const auto& p) { return p->identity; });
  Participant* person = nullptr;
  const bool isNew = found == people_.end();
  if (!isNew) {
    person = found->get();  // their media may have gone on meanwhile; a new offer replaces it
  } else if (std::ssize(people_) >= settings_.maxParticipants) {
    return fail(ErrorCode::roomFull,
                "the room is full: it takes " + std::to_string(settings_.maxParticipants) + " people");
  } else {
    people_.push_back(std::make_unique<Participant>());
    person = people_.back().get();
    person->identity = identity;
    person->joinedAt = timestamp();
    media_->addPerson(identity);
  }
  person->sessionId = params["sessionId"].stringOr("");
  person->name = params["name"].stringOr("Guest");
  person->role = params["role"].stringOr("participant");
  person->connectionScore = -1;
  person->departure.stop();
  applyMutes(*person);
  announce(*person, isNew ? "participantJoined" : "participantUpdated");
  arrange();
  uplinks_.retell(identity);
  log::info(isNew ? "participant.joined" : "participant.resumed", {{"participant", identity}});
  Json everybody = Json::array();
  for (const auto& other : people_)
    everybody.push(other->toJson());
  return Json::object({{"participant", person->toJson()},
                       {"participants", everybody},
                       {"layout", layoutJson()},
                       {"activeSpeakers", speakersJson()["identities"]},
                       {"recording", nullptr},
                       {"capacity", capacityJson()},
                       {"features", featuresJson()}});
}

void Room::leave(const std::string& sessionId, bool connectionLost) {
  Participant* person = bySession(sessionId);
  if (person == nullptr) return;
  const std::string identity = person->identity;
  if (!connectionLost) return remove(identity, "left");
  // Only the signalling is known to be lost. If media is too, the tile shows the name card by itself.
  person->sessionId.clear();
  log::info("participant.lost", {{"participant", identity}});
  sendQuality(identity, 0);
  person->departure =
      Timer::once(settings_.departureTimeout, [this, identity] { remove(identity, "connectionLost"); });
}

void Room::remove(const std::string& identity, const std::string& reason) {
  media_->removePerson(identity);
  std::erase_if(people_, [&](const auto& person) { return person->identity == identity; });
  detector_.remove(identity);
  screens_.stop(identity);
  uplinks_.remove(identity);
  uplinkWatch_.restart(identity);
  rates_.remove(identity);
  log::info("participant.left", {{"participant", identity}, {"reason", reason}});
  broadcast(Json::object({{"type", "participantLeft"}, {"identity", identity}, {"reason", reason}}));
  arrange();
}

void Room::handle(const std::string& sessionId, const Json& message, Reply reply) {
  Participant* person = bySession(sessionId);
  if (person == nullptr) return reply(fail(ErrorCode::notFound, "this session is not in the room"));
  auto parsed = parseClientMessage(message);
  if (!parsed) return reply(tl::unexpected(parsed.error()));
  std::visit(MessageHandler{*this, *person, std::move(reply)}, parsed->message);
}

void Room::broadcast(const Json& message) {
  recording_->observe(message);
  outlet_.send(nullptr, message);
}

void Room::record(const std::string& method, const Json& params, UniqueFd file, Reply reply) {
  const bool begins = method == "startRecording" && !recording_->active();
  recording_->handle(method, params, std::move(file), std::move(reply));
  if (!begins) return;
  // The manifest begins with what is so already.
  for (const auto& person : people_)
    recording_->observe(Json::object({{"type", "participantJoined"}, {"participant", person->toJson()}}));
  Json layout = layoutJson();
  recording_->observe(layout.set("type", "layoutChanged"));
  recording_->observe(speakersJson());
}

bool Room::shows(const Participant& person) const {
  return settings_.profile.uplink.cameras && person.role != "viewer" && !person.videoMuted;
}

void Room::applyMutes(const Participant& person) {
  media_->setVideoMuted(person.identity, !shows(person));
  media_->setAudioMuted(person.identity, person.audioMuted || person.role == "viewer");
}

void Room::announce(const Participant& participant, const char* type) {
  broadcast(Json::object({{"type", type}, {"participant", participant.toJson()}}));
}

void Room::arrange() {
  std::vector<LayoutDirector::Person> people;
  for (const auto& person : people_) {
    if (person->role != "viewer") people.push_back({person->identity, shows(*person)});
  }
  auto arrangement = director_.arrange(people, screens_.shown());
  const std::string talking = speakers_.empty() ? "" : speakers_.front();
  std::vector<MediaPipeline::PlacedPerson> placed;
  for (const auto& tile : arrangement.tiles) {
    const auto person = std::ranges::find(people_, tile.identity, [](const auto& p) { return p->identity; });
    const bool talks = tile.source == Source::camera && tile.identity == talking;
    placed.push_back({shownAs(**person, tile.source), tile.rect, tile.source, tile.z, talks});
  }
  media_->arrange(placed, arrangement.offCanvas);
  const bool same = arrangement == arrangement_;
  arrangement_ = std::move(arrangement);
  steerUplinks();
  if (same) return;
  Json message = layoutJson();
  message.set("type", "layoutChanged");
  broadcast(message);
}

void Room::steerUplinks() {
  std::vector<UplinkDirector::Seen> seen;
  for (const auto& tile : arrangement_.tiles) {
    const auto person = std::ranges::find(people_, tile.identity, [](const auto& p) { return p->identity; });
    if (tile.source != Source::camera || person == people_.end() || !shows(**person)) continue;
    const auto camera = media_->cameraSize(tile.identity);
    seen.push_back({tile.identity, tile.rect, camera.width, camera.height});
  }
  for (const auto& [identity, request] : uplinks_.decide(seen, monotonicNow())) {
    const auto person = std::ranges::find(people_, identity, [](const auto& p) { return p->identity; });
    if (person == people_.end() || (*person)->sessionId.empty()) continue;
    outlet_.send(Json::array({(*person)->sessionId}), Json::object({{"type", "requestVideo"},
                                                                    {"source", "camera"},
                                                                    {"active", request.active},
                                                                    {"maxWidth", request.maxWidth},
                                                                    {"maxHeight", request.maxHeight},
                                                                    {"maxFramerate", request.maxFramerate},
                                                                    {"maxBitrate", request.maxBitrate}}));
  }
}

Json Room::layoutJson() const {
  const double width = settings_.profile.canvas.width;
  const double height = settings_.profile.canvas.height;
  Json tiles = Json::array();
  for (const auto& tile : arrangement_.tiles) {
    tiles.push(Json::object({{"identity", tile.identity},
                             {"source", std::string(toString(tile.source))},
                             {"left", tile.rect.x / width},
                             {"top", tile.rect.y / height},
                             {"width", tile.rect.width / width},
                             {"height", tile.rect.height / height},
                             {"z", tile.z}}));
  }
  Json out = Json::object({{"layout", arrangement_.layout},
                           {"canvas", Json::object({{"width", settings_.profile.canvas.width},
                                                    {"height", settings_.profile.canvas.height}})},
                           {"tiles", tiles},
                           {"offCanvas", arrangement_.offCanvas}});
  if (!arrangement_.spotlight.empty()) out.set("spotlight", arrangement_.spotlight);
  return out;
}

Json Room::featuresJson() const {
  Json layouts = Json::array();
  Json spotlightLayouts = Json::array();
  for (const auto& name : director_.names()) {
    layouts.push(name);
    if (director_.hasSpotlight(name)) spotlightLayouts.push(name);
  }
  return Json::object({{"layouts", layouts},
                       {"spotlightLayouts", spotlightLayouts},
                       {"recording", true},
                       {"screen", screenJson(settings_.screen)}});
}

void Room::watchSpeakers() {
  const auto recent = media_->takeLevels();
  for (const auto& person : recent.people) {
    int64_t at = recent.newest - SpeakerDetector::step * static_cast<int64_t>(person.db.size());
    for (const float db : person.db)
      detector_.level(person.id, db, at += SpeakerDetector::step);
  }
  detector_.decide(recent.newest);
  auto speakers = detector_.speaking();
  if (!speakers.empty() && speakers.front() == detector_.dominant()) {
    director_.talks(speakers.front(), recent.newest);
  }
  const bool dominantChanged = detector_.dominant() != dominant_;
  // The order among those who talk at once changes all the time: no news by itself.
  if (std::ranges::is_permutation(speakers, speakers_) && !dominantChanged) return;
  dominant_ = detector_.dominant();
  if (std::exchange(speakers_, speakers) != speakers) broadcast(speakersJson());
  arrange();
}

Json Room::speakersJson() const {
  Json identities = Json::array();
  for (const auto& identity : speakers_)
    identities.push(identity);
  return Json::object({{"type", "activeSpeakers"}, {"identities", identities}});
}

Result<void> Room::shareScreen(Participant& person, bool shared) {
  if (!shared) {
    if (person.screenShared) endShare(person.identity, "stopped");
    return {};
  }
  if (person.role == "viewer") return fail(ErrorCode::forbidden, "a viewer may not share a screen");
  if (settings_.screen.sharers == 0) return fail(ErrorCode::forbidden, "no screens are shared in this room");
  const auto ended = screens_.start(person.identity, monotonicNow());
  if (!ended) {
    const auto sharer =
        std::ranges::find(people_, screens_.sharers().front(), [](const auto& p) { return p->identity; });
    return fail(ErrorCode::forbidden, (*sharer)->name + " is sharing a screen, and this room shows " +
                                          std::to_string(settings_.screen.sharers) +
                                          " at a time: wait until it ends");
  }
  for (const auto& identity : *ended)
    endShare(identity, "replaced");
  if (std::exchange(person.screenShared, true)) return {};
  media_->setScreenShared(person.identity, true);
  log::info("screen.started", {{"participant", person.identity}});
  return {};
}

void Room::endShare(const std::string& identity, const char* reason) {
  screens_.stop(identity);
  media_->setScreenShared(identity, false);
  log::info("screen.ended", {{"participant", identity}, {"reason", reason}});
  const auto person = std::ranges::find(people_, identity, [](const auto& p) { return p->identity; });
  if (person == people_.end()) return;
  (*person)->screenShared = false;
  announce(**person, "participantUpdated");
  arrange();
}

void Room::watchScreens() {
  const auto changes = screens_.watch(
      monotonicNow(), [this](const auto& identity) { return media_->lastScreenPacket(identity); });
  for (const auto& identity : changes.ended)
    endShare(identity, "nothingArrives");
  if (changes.shown) arrange();
}

void Room::watchQuality() {
  for (const auto& person : people_) {
    const auto link = media_->downlink(person->identity);
    if (person->sessionId.empty() || !link || link->estimate.source == BandwidthEstimate::Source::none)
      continue;
    sendQuality(person->identity, rates_.score(person->identity, link->estimate));
  }
}

void Room::sendQuality(const std::string& identity, int score) {
  const auto found = std::ranges::find(people_, identity, [](const auto& p) { return p->identity; });
  if (found == people_.end() || (*found)->connectionScore == score) return;
  (*found)->connectionScore = score;
  broadcast(Json::object({{"type", "connectionQuality"}, {"identity", identity}, {"score", score}}));
}

void Room::onPeerState(const std::string& identity, PeerConnection::State state) {
  switch (state) {
    case PeerConnection::State::connected:
      log::info("peer.connected", {{"participant", identity}});
      break;
    case PeerConnection::State::connecting:
      break;
    case PeerConnection::State::disconnected:
      log::info("peer.disconnected", {{"participant", identity}});
      sendQuality(identity, 0);
      break;
    case PeerConnection::State::failed:
      log::warning("peer.failed", {{"participant", identity}});
      sendQuality(identity, 0);
      // Not from inside the peer's own callback. The client sees its side fail and offers again.
      main_context::post([weak = std::weak_ptr(alive_), this, identity] {
        if (!weak.expired()) media_->disconnectFailed(identity);
      });
      break;
  }
}

void Room::checkTeardown() {
  const auto stuck = media_->stats().teardown;
  if (stuck < teardownPatience) return;
  // A peer's pipeline that does not stop keeps threads and memory; a fresh process costs seconds.
  log::error("media.teardownStuck", {{"seconds", static_cast<double>(stuck.count()) / 1000}});
  std::_Exit(70);
}

}  // namespace tributary
