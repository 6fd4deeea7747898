#include "recordings/recordings.h"

#include <algorithm>

#include "base/log.h"
#include "base/random_id.h"
#include "base/timestamp.h"
#include "recordings/recording_name.h"

namespace tributary {
namespace {

constexpr std::chrono::milliseconds closeCheck{50};

tl::unexpected<Error> unknown(const std::string& id) {
  return fail(ErrorCode::notFound, "there is no recording '" + id + "'");
}

tl::unexpected<Error> notOpen(const std::string& room) {
  return fail(ErrorCode::notFound, "there is no room '" + room + "' at present");
}

}  // namespace

Recordings::Recordings(Settings settings, Callbacks callbacks)
    : settings_(std::move(settings)),
      callbacks_(std::move(callbacks)),
      store_(settings_.folder),
      finisher_(store_),
      context_{store_,
               disk_,
               finisher_,
               settings_.minFreeBytes,
               settings_.stallTimeout,
               settings_.keyFrameInterval,
               settings_.resumeTimeout},
      self_(std::make_shared<Recordings*>(this)) {}

Recordings::~Recordings() {
  self_.reset();
}

/// Broken manifests are told of and left alone.
Recordings::Found Recordings::readThese(const RecordingStore& store, const std::vector<std::string>& paths) {
  Found out;
  for (const auto& path : paths) {
    if (!path.ends_with(".json")) continue;
    const auto text = store.read(path);
    if (!text && text.error().code == ErrorCode::internal) out.whole = false;
    if (!text) continue;
    const auto json = Json::parse(*text);
    auto manifest = json ? parseManifest(*json) : Result<Manifest>(tl::unexpected(json.error()));
    if (!manifest) {
      log::warning("recording.badManifest", {{"path", path}, {"reason", manifest.error().message}});
      continue;
    }
    // The file says where it is; a folder that was moved is right all the same.
    manifest->path = path.substr(0, path.size() - 5);
    out.manifests.push_back(std::move(*manifest));
  }
  return out;
}

Recordings::Found Recordings::readAll(const RecordingStore& store) {
  const auto listing = store.list();
  Found out = readThese(store, listing.paths);
  out.whole = out.whole && listing.whole;
  return out;
}

void Recordings::open() {
  look();
  looking_ = Timer::every(lookInterval, [this] { look(); });
}

void Recordings::look() {
  if (isLooking_) return;  // a disk that hangs
  isLooking_ = true;
  std::vector<std::string> left;
  for (const auto& [id, entry] : known_) {
    if (entry.unfinished && !live_.contains(id)) left.push_back(entry.path + ".json");
  }
  disk_.run([&store = store_, weak = std::weak_ptr(self_), left, all = wantsAll_]() -> DiskThread::Then {
    const bool opens = store.wantsOpening();
    const auto opened = opens ? store.open() : Result<void>();
    Found seen;
    if (opened) seen = opens || all ? readAll(store) : readThese(store, left);
    return [weak, opened, seen = std::move(seen)] {
      const auto self = weak.lock();
      if (!self) return;
      (*self)->isLooking_ = false;
      if (opened) return (*self)->found(seen);
      (*self)->wantsAll_ = true;
      if (!std::exchange((*self)->unavailable_, true))
        log::error("recordings.unavailable", {{"reason", opened.error().message}});
    };
  });
}

void Recordings::found(const Found& found) {
  wantsAll_ = !found.whole;
  unavailable_ = false;
  for (const auto& manifest : found.manifests) {
    const std::string& id = manifest.recordingId;
    const auto known = known_.find(id);
    if (live_.contains(id) || (known != known_.end() && !known->second.unfinished)) continue;
    index(manifest);
    if (isOver(manifest.status) && manifest.unfinishedFiles() == 0) {
      callbacks_.onOver(manifest);
      continue;
    }
    if (known == known_.end()) {
      log::warning("recording.orphan",
                   {{"room", manifest.room}, {"recording", id}, {"status", toString(manifest.status)}});
    }
    const auto recording = make(manifest, RecordingOptions());
    isOver(manifest.status) ? recording->finishLeft() : recording->recover();
  }
}

void Recordings::index(const Manifest& manifest) {
  known_[manifest.recordingId] = {manifest.path, manifest.brief(), manifest.unfinishedFiles() > 0};
}

std::shared_ptr<Recording> Recordings::make(Manifest manifest, const RecordingOptions& options) {
  Recording::Callbacks callbacks;
  callbacks.plan = callbacks_.plan;
  callbacks.onChanged = [this](Recording& recording) { changed(recording); };
  callbacks.onFinished = [this](Recording& recording) { finished(recording); };
  callbacks.onKept = [this](Recording& recording) {
    // Not now: the recording is what calls.
    main_context::post([weak = std::weak_ptr(self_), id = recording.manifest().recordingId] {
      if (const auto self = weak.lock()) (*self)->live_.erase(id);
    });
  };
  const std::string id = manifest.recordingId;
  auto recording = std::make_shared<Recording>(context_, std::move(manifest), options, std::move(callbacks));
  live_[id] = recording;
  return recording;
}

void Recordings::start(const std::string& room, const Json& request, const std::string& by,
                       const Done& done) {
  const auto port = ports_.find(room);
  if (port == ports_.end()) return done(notOpen(room));
  // A room that is only just being opened is no failed recording.
  port->second->whenRoomReady([weak = std::weak_ptr(self_), room, request, by, done](const auto& ready) {
    const auto self = weak.lock();
    if (!ready || !self)
      return done(tl::unexpected(ready ? Error{ErrorCode::internal, "the server ends"} : ready.error()));
    (*self)->startInReadyRoom(room, request, by, done);
  });
}

void Recordings::startInReadyRoom(const std::string& room, const Json& request, const std::string& by,
                                  const Done& done) {
  const auto port = ports_.find(room);
  if (port == ports_.end()) return done(notOpen(room));
  const auto options = port->second->recordingWish(request);
  if (!options) return done(tl::unexpected(options.error()));
  if (byRoom_.contains(room)) {
    return done(fail(ErrorCode::badRequest, "the room is being recorded already"));
  }
  Manifest manifest;
  manifest.recordingId = randomId("r_");
  manifest.room = room;
  manifest.path = recordingPath(settings_.pathPattern, room, manifest.recordingId, std::time(nullptr));
  manifest.container = options->container;
  manifest.startedBy = by;
  manifest.startedAt = timestamp();
  const auto recording = make(std::move(manifest), *options);
  const std::string id = recording->manifest().recordingId;
  byRoom_[room] = id;
  recording->start(*port->second, [this, weak = std::weak_ptr(recording), done](const Result<void>& started) {
    const auto self = weak.lock();
    if (!started || !self) {
      return done(tl::unexpected(started ? Error{ErrorCode::internal, "it ended"} : started.error()));
    }
    callbacks_.onEvent("recording.started", self->manifest());
    done(self->describe());
  });
}

Recording* Recordings::inRoom(const std::string& room) const {
  const auto found = byRoom_.find(room);
  if (found == byRoom_.end()) return nullptr;
  const auto live = live_.find(found->second);
  return live != live_.end() ? live->second.get() : nullptr;
}

void Recordings::stop(const std::string& room, const Done& done) {
  Recording* recording = inRoom(room);
  if (recording == nullptr) return done(fail(ErrorCode::notFound, "the room is not being recorded"));
  stopById(recording->manifest().recordingId, done);
}

void Recordings::stopById(const std::string& id, const Done& done) {
  const auto found = live_.find(id);
  if (found == live_.end()) {
    if (!known_.contains(id)) return done(unknown(id));
    return done(fail(ErrorCode::badRequest, "the recording has ended already"));
  }
  const auto recording = found->second;
  recording->stop(RecordingStatus::completed, "", [recording, done](const Result<void>& stopped) {
    if (!stopped) return done(tl::unexpected(stopped.error()));
    done(recording->describe());
  });
}

Result<Json> Recordings::setPaused(const std::string& id, bool paused) {
  const auto found = live_.find(id);
  if (found == live_.end()) return unknown(id);
  if (auto set = found->second->setPaused(paused); !set) return tl::unexpected(set.error());
  return found->second->describe();
}

void Recordings::onEvent(const std::string& room, const Json& fields) {
  // Not by inRoom(): one that is ending is no more the room's, and still has things to hear.
  const auto live = live_.find(fields["recordingId"].stringOr(""));
  if (live != live_.end() && live->second->manifest().room == room) live->second->onEvent(fields);
}

void Recordings::roomDied(const std::string& room) {
  if (Recording* recording = inRoom(room)) recording->roomDied();
}

void Recordings::roomOpened(const std::string& room, RoomPort& port) {
  ports_[room] = &port;
}

void Recordings::roomReady(const std::string& room) {
  const auto port = ports_.find(room);
  Recording* recording = inRoom(room);
  if (recording != nullptr && port != ports_.end()) recording->roomReady(*port->second);
}

void Recordings::roomClosed(const std::string& room, const RoomPort& port) {
  // A room of the same name may have been opened since.
  const auto known = ports_.find(room);
  if (known == ports_.end() || known->second != &port) return;
  ports_.erase(known);
  if (Recording* recording = inRoom(room)) recording->roomClosed();
}

Json Recordings::current(const std::string& room) const {
  const Recording* recording = inRoom(room);
  return recording != nullptr ? recording->summary() : Json(nullptr);
}

void Recordings::changed(Recording& recording) {
  const Manifest& manifest = recording.manifest();
  const auto port = ports_.find(manifest.room);
  const auto present = byRoom_.find(manifest.room);
  if (present == byRoom_.end() || present->second != manifest.recordingId) return;
  Json message = Json::object({{"type", "recordingChanged"}, {"recording", recording.summary()}});
  if (recording.summary().isNull()) {
    message.set("ended", Json::object({{"recordingId", manifest.recordingId},
                                       {"error", manifest.error.empty() ? Json(nullptr) : manifest.error}}));
    byRoom_.erase(present);
  }
  if (port != ports_.end()) port->second->tellRoom(message);
}

void Recordings::finished(Recording& recording) {
  const Manifest& manifest = recording.manifest();
  const auto present = byRoom_.find(manifest.room);
  if (present != byRoom_.end() && present->second == manifest.recordingId) byRoom_.erase(present);
  index(manifest);
  const bool good =
      manifest.status == RecordingStatus::completed || manifest.status == RecordingStatus::limitReached;
  callbacks_.onEvent(good ? "recording.completed" : "recording.failed", manifest);
  // A film that its disk has yet to let us finish is nothing to upload.
  if (manifest.unfinishedFiles() == 0) callbacks_.onOver(manifest);
}

Json Recordings::list(const std::string& room) const {
  std::vector<Json> briefs;
  const auto wanted = [&room](const Json& brief) {
    return room.empty() || brief["room"].stringOr("") == room;
  };
  for (const auto& [id, recording] : live_) {
    const Json brief = recording->brief();
    if (wanted(brief)) briefs.push_back(brief);
  }
  for (const auto& [id, entry] : known_) {
    if (!live_.contains(id) && wanted(entry.brief)) briefs.push_back(entry.brief);
  }
  std::ranges::stable_sort(briefs, std::ranges::greater(),
                           [](const Json& brief) { return brief["startedAt"].stringOr(""); });
  return Json::object({{"recordings", Json::array(std::move(briefs))}});
}

void Recordings::get(const std::string& id, const Done& done) {
  const auto live = live_.find(id);
  if (live != live_.end()) return done(live->second->describe());
  const auto entry = known_.find(id);
  if (entry == known_.end()) return done(unknown(id));
  disk_.run([&store = store_, path = entry->second.path + ".json", done] {
    auto text = store.read(path);
    auto json = text ? Json::parse(*text) : Result<Json>(tl::unexpected(text.error()));
    return [done, json] { done(json); };
  });
}

void Recordings::remove(const std::string& id, const Done& done) {
  const auto entry = known_.find(id);
  if (const auto live = live_.find(id); live != live_.end()) {
    if (!live->second->over() || entry == known_.end())
      return done(fail(ErrorCode::badRequest, "the recording is being made: stop it first"));
    if (live->second->finishing())
      return done(fail(ErrorCode::badRequest, "the recording is being finished: wait for that"));
    live_.erase(live);
  }
  if (entry == known_.end()) return done(unknown(id));
  std::vector<std::string> paths = {entry->second.path + ".chapters.vtt"};
  const std::string folder = entry->second.path.substr(0, entry->second.path.rfind('/') + 1);
  const Json files = entry->second.brief["files"];
  for (const auto& file : files.elements()) {
    paths.push_back(folder + file["filename"].stringOr(""));
    paths.push_back(paths.back() + ".part");
  }
  // Last, so that what a crash leaves is still known.
  paths.push_back(entry->second.path + ".json");
  disk_.run([&store = store_, paths, id, weak = std::weak_ptr(self_), done] {
    Result<void> removed;
    for (const auto& path : paths) {
      if (removed) removed = store.remove(path);
    }
    return [removed, id, weak, done] {
      const auto self = weak.lock();
      if (!removed) return done(tl::unexpected(removed.error()));
      if (self) (*self)->known_.erase(id);
      log::info("recording.removed", {{"recording", id}});
      done(Json(nullptr));
    };
  });
}

void Recordings::openFile(const std::string& id, const std::string& filename,
                          const std::function<void(Result<UniqueFd>, const std::string&)>& done) {
  std::string base;
  if (const auto live = live_.find(id); live != live_.end()) base = live->second->manifest().path;
  if (const auto entry = known_.find(id); entry != known_.end()) base = entry->second.path;
  if (base.empty()) return done(unknown(id), "");
  const std::string leaf = base.substr(base.rfind('/') + 1);
  const size_t dot = filename.rfind('.');
  const std::string extension = dot == std::string::npos ? "" : filename.substr(dot + 1);
  const auto container = containerFromString(extension);
  std::string type = container ? std::string(mediaType(*container)) : "";
  if (extension == "json") type = "application/json";
  if (extension == "vtt") type = "text/vtt; charset=utf-8";
  // Only what belongs to this recording, by its server-made name.
  const bool ours = filename.starts_with(leaf) && filename.find('/') == std::string::npos && !type.empty();
  if (!ours) return done(fail(ErrorCode::notFound, "the recording has no file '" + filename + "'"), "");
  const std::string path = base.substr(0, base.size() - leaf.size()) + filename;
  disk_.run([&store = store_, path, type, done] {
    auto opened = std::make_shared<Result<UniqueFd>>(store.openToRead(path));
    return [opened, type, done] { done(std::move(*opened), type); };
  });
}

void Recordings::setAfter(const std::string& id, const Json& after) {
  const auto entry = known_.find(id);
  if (entry == known_.end()) return;
  if (const auto live = live_.find(id); live != live_.end() && !live->second->saved()) {
    live->second->manifest().after = after;
    return live->second->saveManifest();
  }
  editManifest(entry->second.path, [after](Json& json) { json.set("after", after); });
}

/// On the disk's thread.
void Recordings::editManifest(const std::string& path, std::function<void(Json&)> edit) {
  disk_.run([&store = store_, path = path + ".json", edit = std::move(edit)]() -> DiskThread::Then {
    const auto text = store.read(path);
    auto json = text ? Json::parse(*text) : Result<Json>(tl::unexpected(text.error()));
    if (!json) return {};
    edit(*json);
    const auto saved = store.writeAtomically(path, json->dump(true));
    if (saved) return {};
    return [reason = saved.error().message] {
      log::warning("recording.manifestFailed", {{"reason", reason}});
    };
  });
}

void Recordings::removeMedia(const std::string& id) {
  const auto entry = known_.find(id);
  if (entry == known_.end()) return;
  if (const auto live = live_.find(id); live != live_.end()) {
    for (auto& file : live->second->manifest().files)
      file.removed = true;
  }
  const std::string folder = entry->second.path.substr(0, entry->second.path.rfind('/') + 1);
  const Json files = entry->second.brief["files"];
  const auto mark = [](Json& json) {
    Json marked = Json::array();
    for (const auto& file : json["files"].elements())
      marked.push(file.with("removed", true));
    json = json.with("files", marked);
  };
  mark(entry->second.brief);
  editManifest(entry->second.path, mark);
  disk_.run([&store = store_, folder, files]() -> DiskThread::Then {
    for (const auto& file : files.elements())
      store.remove(folder + file["filename"].stringOr(""));
    return {};
  });
}

void Recordings::close(std::chrono::milliseconds patience, std::function<void()> done) {
  const auto until = std::chrono::steady_clock::now() + patience;
  closing_ = Timer::every(closeCheck, [this, until, done = std::move(done)] {
    const bool idle = live_.empty() && disk_.pending() == 0;
    if (!idle && std::chrono::steady_clock::now() < until) return;
    const auto finish = done;
    closing_.stop();
    finish();
  });
}

}  // namespace tributary
