#include "recordings/recording.h"

#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/close_elsewhere.h"
#include "base/log.h"
#include "base/timestamp.h"

namespace tributary {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds tickInterval{1000};
constexpr std::chrono::milliseconds openingLook{100};
constexpr std::chrono::milliseconds retryInterval{2000};
/// A disk that failed may be well again soon; for later there is Recordings::look().
constexpr std::array<std::chrono::seconds, 3> finishRetries = {2s, 4s, 8s};
constexpr unsigned syncTicks = 5;  // s between two fdatasync(): what a power cut may cost

constexpr auto fileRemoved = "the recording's file was removed while it was being written";

bool isRemoved(int fd) {
  struct stat file {};
  return ::fstat(fd, &file) != 0 || file.st_nlink == 0;
}

/// What is wrong with the disk or the file, or "". Blocks. fdatasync() is here and not in the room since it
/// may take long, and must hold up neither writer nor call.
std::string troubleOf(const RecordingContext& context, int fd, bool durable) {
  if (isRemoved(fd)) return fileRemoved;
  const int64_t left = context.minFreeBytes > 0 ? context.store.freeBytes() : -1;
  if (left >= 0 && left < context.minFreeBytes) {
    return "the disk is nearly full: the recording was ended while it is whole";
  }
  if (durable && ::fdatasync(fd) != 0) {
    return std::string("the disk has not kept what was written: ") + std::strerror(errno);
  }
  return {};
}

}  // namespace

Recording::Recording(const RecordingContext& context, Manifest manifest, RecordingOptions options,
                     Callbacks callbacks)
    : context_(context),
      manifest_(std::move(manifest)),
      options_(std::move(options)),
      callbacks_(std::move(callbacks)) {}

void Recording::openPart(std::function<void(Result<UniqueFd>)> done) {
  Manifest::File file;
  const size_t number = manifest_.files.size() + 1;
  const std::string base = manifest_.path.substr(manifest_.folder().size());
  file.filename = base + (number > 1 ? "-" + std::to_string(number) : "") + "." + manifest_.container;
  file.start = manifest_.duration;
  manifest_.files.push_back(file);
  // The manifest goes first: a part that nobody knows could not be found after a crash.
  auto job = [&store = context_.store, least = context_.minFreeBytes, json = manifest_.toJson().dump(true),
              manifestPath = manifest_.manifestPath(), part = pathOf(number - 1) + ".part",
              self = shared_from_this(), done = std::move(done)] {
    auto opened = std::make_shared<Result<UniqueFd>>(UniqueFd());
    auto ready = store.open();
    const int64_t left = store.freeBytes();
    if (ready && left >= 0 && left < least) {
      ready = fail(ErrorCode::internal, "the disk is nearly full: " + std::to_string(left >> 20) +
                                            " MiB are left, and " + std::to_string(least >> 20) +
                                            " MiB must stay free");
    }
    if (ready) ready = store.writeAtomically(manifestPath, json);
    *opened = ready ? store.create(part) : Result<UniqueFd>(tl::unexpected(ready.error()));
    return [self, opened, done] { done(std::move(*opened)); };
  };
  context_.disk.run(std::move(job));
}

void Recording::start(RoomPort& room, Done done) {
  room_ = &room;
  // A disk that hangs never answers, and must not leave the caller without an answer.
  auto answer = std::make_shared<Done>(std::move(done));
  const auto once = [answer](const Result<void>& result) {
    if (const auto call = std::exchange(*answer, nullptr)) call(result);
  };
  // By looks and not by the clock: a machine without time for them has none for the disk's thread either.
  opening_ = Timer::every(openingLook, [this, once, left = context_.stallTimeout * 3 / 2]() mutable {
    left -= openingLook;
    if (left > 0ms) return;
    end(RecordingStatus::failed, "the disk does not answer: the recording's file cannot be made");
    once(fail(ErrorCode::internal, manifest_.error));
    opening_.stop();
  });
  openPart([self = shared_from_this(), done = Done(once)](Result<UniqueFd> file) {
    self->opening_.stop();
    if (self->over() || self->stopping_) {
      if (file) closeElsewhere(std::move(*file));
      return done(fail(ErrorCode::internal, "the recording was stopped before it began"));
    }
    if (!file) {
      self->end(RecordingStatus::failed, "the recording's file cannot be made: " + file.error().message);
      return done(tl::unexpected(Error{file.error().code, self->manifest_.error}));
    }
    self->askToStart(std::move(*file), done);
  });
  tick_ = Timer::every(tickInterval, [this] {
    checkLimits();
    ++ticks_;
    checkDisk();
    if (dirty_) saveManifest();
  });
}

void Recording::askToStart(UniqueFd file, Done done) {
  if (room_ == nullptr) {
    closeElsewhere(std::move(file));
    return done(fail(ErrorCode::internal, "the room is gone"));
  }
  letGoOfFile();
  syncFd_ = std::make_shared<UnhurriedFd>(UniqueFd(::dup(file.get())));
  current_ = manifest_.files.size() - 1;
  Json params = options_.toRoom(manifest_.recordingId);
  params.set("stallTimeout", static_cast<double>(context_.stallTimeout.count()) / 1000);
  params.set("keyFrameInterval", static_cast<double>(context_.keyFrameInterval.count()) / 1000);
  room_->askRoom("startRecording", params, std::move(file),
                 [self = shared_from_this(), done = std::move(done)](const Result<Json>& answer) {
                   self->started(answer, done);
                 });
}

void Recording::started(const Result<Json>& answer, const Done& done) {
  if (over() || stopping_) return done(fail(ErrorCode::internal, "the recording was stopped"));
  if (!answer) {
    // A room that died on the way is told of by roomDied(), which tries again.
    if (interrupted_) return done(tl::unexpected(answer.error()));
    // One that was only late records by now.
    if (room_ != nullptr) {
      room_->askRoom("stopRecording", Json::object({{"recordingId", manifest_.recordingId}}), {},
                     [](const Result<Json>&) {});
    }
    end(RecordingStatus::failed, answer.error().message);
    return done(tl::unexpected(answer.error()));
  }
  interrupted_ = returning_ = false;
  resume_.stop();
  paused_ ? tellPause() : comeBack();  // it may have been paused while the room was being asked
  manifest_.status = RecordingStatus::active;
  log::info(
      "recording.active",
      {{"room", manifest_.room}, {"recording", manifest_.recordingId}, {"part", manifest_.files.size()}});
  saveManifest();
  callbacks_.onChanged(*this);
  done({});
}

Json Recording::summary() const {
  if (over() || manifest_.status == RecordingStatus::ending) return nullptr;
  return Json::object({{"recordingId", manifest_.recordingId},
                       {"status", toString(manifest_.status)},
                       {"startedAt", manifest_.startedAt},
                       {"paused", paused_},
                       {"interrupted", interrupted_ && !waitsPaused()},
                       {"audioOnly", options_.audioOnly},
                       {"announce", options_.announcement == "banner" || options_.announcement == "both"}});
}

Json Recording::describe() const {
  Json out = manifest_.toJson();
  if (!over()) out.set("paused", paused_);
  if (ended_ && finishing()) out.set("progress", progress());
  return out;
}

Json Recording::brief() const {
  Json out = manifest_.brief();
  if (ended_ && finishing()) out.set("progress", progress());
  return out;
}

double Recording::progress() const {
  double done = 0;
  double all = 0;
  for (const auto& [index, finishing] : finishings_) {
    const auto size = static_cast<double>(std::max<int64_t>(manifest_.files[index].size, 1));
    done += size * finishing.progress->load();
    all += size;
  }
  if (all > 0) shownProgress_ = std::max(shownProgress_, done / all);
  return shownProgress_;
}

Result<void> Recording::setPaused(bool paused) {
  if (manifest_.status != RecordingStatus::active) {
    return fail(ErrorCode::badRequest, "the recording is not running");
  }
  if (paused_ == paused) return {};
  paused_ = paused;
  if (paused) goAway("paused");
  if (!interrupted_) {
    tellPause();
    if (!paused) comeBack();
  } else if (paused) {
    if (room_ != nullptr) resume_.stop();
  } else if (room_ == nullptr) {
    goAway("roomDied");
  } else {
    awaitRoom();
    goOn();
  }
  saveManifest();
  callbacks_.onChanged(*this);
  return {};
}

void Recording::tellPause() {
  room_->askRoom(paused_ ? "pauseRecording" : "resumeRecording",
                 Json::object({{"recordingId", manifest_.recordingId}}), {}, [](const Result<Json>&) {});
}

/// From now on nothing is recorded, for this reason and no more for the one before it.
void Recording::goAway(const char* reason) {
  comeBack();
  away_ = {g_get_monotonic_time(), reason};
}

void Recording::comeBack() {
  const auto gone = std::exchange(away_, {});
  if (gone.reason == nullptr) return;
  const double seconds = static_cast<double>(g_get_monotonic_time() - gone.since) * 1e-6;
  manifest_.gaps.push_back({manifest_.duration, seconds, gone.reason});
}

void Recording::onEvent(const Json& fields) {
  if (over() || fields["recordingId"].stringOr("") != manifest_.recordingId) return;
  const std::string kind = fields["kind"].stringOr("");
  if (kind == "progress") onProgress(fields);
  if (kind == "note") {
    manifest_.note(fields["note"], offset_ + fields["at"].numberOr(0));
    dirty_ = true;
  }
  if (kind == "part") partBegan(offset_ + fields["start"].numberOr(manifest_.duration - offset_));
  if (kind == "formatChanged") nextPart();
  if (kind == "failed") end(RecordingStatus::failed, fields["reason"].stringOr("the room gave no reason"));
}

void Recording::onProgress(const Json& fields) {
  manifest_.duration = std::max(manifest_.duration, offset_ + fields["duration"].numberOr(0));
  auto& file = manifest_.files[current_];
  file.size = fields["bytes"].integerOr(file.size);
  file.duration = manifest_.duration - file.start;
  const auto sum = [&fields](uint64_t before, const char* key) {
    return before + static_cast<uint64_t>(std::max<int64_t>(fields[key].integerOr(0), 0));
  };
  manifest_.frames = sum(before_.frames, "frames");
  manifest_.missingFrames = sum(before_.missingFrames, "missingFrames");
  manifest_.droppedPackets = sum(before_.droppedPackets, "packetsLost");
  manifest_.avSkewMs = std::max(manifest_.avSkewMs, fields["skewMs"].numberOr(0));
  for (const auto& gap : fields["gaps"].elements()) {
    const double from = gap["from"].numberOr(0);
    manifest_.gaps.push_back({offset_ + from, gap["to"].numberOr(from) - from, gap["reason"].stringOr("")});
  }
  dirty_ = true;
}

int64_t Recording::writtenBytes() const {
  int64_t out = 0;
  for (const auto& file : manifest_.files)
    out += file.size;
  return out;
}

void Recording::checkLimits() {
  if (manifest_.status != RecordingStatus::active || stopping_) return;
  const auto limit = static_cast<double>(options_.maxDuration.count()) / 1000;
  if (manifest_.duration >= limit) {
    return stop(RecordingStatus::limitReached, "it has reached its longest duration");
  }
  if (writtenBytes() >= options_.maxBytes) {
    return stop(RecordingStatus::limitReached, "it has reached its largest size");
  }
  const auto part = static_cast<double>(options_.partDuration.count()) / 1000;
  if (part > 0 && manifest_.files[current_].duration >= part) nextPart();
}

void Recording::checkDisk() {
  if (!syncFd_ || stopping_ || over() || context_.disk.pending() > 0) return;
  context_.disk.run([fd = syncFd_, self = shared_from_this(), durable = ticks_ % syncTicks == 0] {
    std::string trouble = troubleOf(self->context_, fd->get(), durable);
    return [self, trouble = std::move(trouble)] {
      if (!trouble.empty()) self->stop(RecordingStatus::failed, trouble);
    };
  });
}

void Recording::letGoOfFile() {
  syncFd_.reset();
}

void Recording::nextPart() {
  if (rotating_ || stopping_ || interrupted_ || paused_ || room_ == nullptr || over()) return;
  rotating_ = true;
  openPart([self = shared_from_this()](Result<UniqueFd> file) {
    if (self->stopping_ || self->over() || self->interrupted_ || self->room_ == nullptr) {
      if (file) closeElsewhere(std::move(*file));
      return;
    }
    if (!file) {
      self->manifest_.files.pop_back();
      self->rotating_ = false;
      return self->stop(RecordingStatus::failed,
                        "the next part's file cannot be made: " + file.error().message);
    }
    self->letGoOfFile();
    self->syncFd_ = std::make_shared<UnhurriedFd>(UniqueFd(::dup(file->get())));
    self->room_->askRoom("recordingPart", Json::object({{"recordingId", self->manifest_.recordingId}}),
                         std::move(*file), [self](const Result<Json>& answer) {
                           // One that was only late begins it by now.
                           if (answer || answer.error().code == ErrorCode::timeout) return;
                           self->partRefused(answer.error().message);
                         });
  });
}

/// The present part goes on; the finisher removes what has nothing in it.
void Recording::partRefused(const std::string& why) {
  if (!std::exchange(rotating_, false) || over() || interrupted_) return;
  log::warning("recording.partRefused", {{"recording", manifest_.recordingId}, {"reason", why}});
  finishPart(manifest_.files.size() - 1);
}

void Recording::partBegan(double start) {
  const size_t before = current_;
  rotating_ = false;
  current_ = manifest_.files.size() - 1;
  manifest_.files[current_].start = start;
  finishPart(before);
  saveManifest();
}

void Recording::roomDied() {
  if (over() || stopping_) return;
  if (!interrupted_ && !paused_) goAway("roomDied");
  interrupted_ = true;
  rotating_ = returning_ = false;
  room_ = nullptr;
  offset_ = manifest_.duration;
  before_ = {manifest_.frames, manifest_.missingFrames, manifest_.droppedPackets};
  log::warning("recording.interrupted", {{"room", manifest_.room}, {"recording", manifest_.recordingId}});
  letGoOfFile();
  for (size_t i = current_; i < manifest_.files.size(); ++i)
    finishPart(i);
  callbacks_.onChanged(*this);
  awaitRoom();
}

void Recording::awaitRoom() {
  resume_ = Timer::once(context_.resumeTimeout, [this] {
    end(RecordingStatus::aborted, "the room's process died and did not come back");
  });
}

void Recording::roomReady(RoomPort& room) {
  if (!interrupted_ || over() || stopping_) return;
  const bool isNew = std::exchange(room_, &room) == nullptr;
  if (!paused_) return goOn();
  // Somebody wanted it so: the new process is not asked before somebody wants otherwise.
  resume_.stop();
  if (isNew) callbacks_.onChanged(*this);
}

/// In the next room process, as another part.
void Recording::goOn() {
  if (std::exchange(returning_, true)) return;
  openPart([self = shared_from_this(), part = manifest_.files.size() + 1](Result<UniqueFd> file) {
    // Its process may have died meanwhile, and yet another be waiting for a part of its own.
    const bool latest = self->manifest_.files.size() == part && self->returning_;
    const bool wanted = latest && self->interrupted_ && !self->over() && !self->stopping_;
    if (!wanted || self->paused_) {
      if (file) closeElsewhere(std::move(*file));
      if (wanted) self->dropPart();
      return;
    }
    if (!file) return self->end(RecordingStatus::failed, file.error().message);
    self->askToStart(std::move(*file), [](const Result<void>&) {});
  });
}

/// Paused before it was asked for: the finisher removes what has nothing in it.
void Recording::dropPart() {
  returning_ = false;
  finishPart(manifest_.files.size() - 1);
}

void Recording::roomClosed() {
  room_ = nullptr;
  if (!over()) end(stopping_ ? endAs_ : RecordingStatus::completed, manifest_.error);
}

void Recording::stop(RecordingStatus as, const std::string& why, Done done) {
  if (!done) done = [](const Result<void>&) {};
  if (over() || stopping_) return done(fail(ErrorCode::notFound, "the recording has ended already"));
  stopping_ = true;
  endAs_ = as;
  comeBack();
  if (as != RecordingStatus::completed) manifest_.error = why;
  if (room_ == nullptr || interrupted_) {
    end(as, manifest_.error);
    return done({});
  }
  manifest_.status = RecordingStatus::ending;
  callbacks_.onChanged(*this);
  saveManifest();
  room_->askRoom("stopRecording", Json::object({{"recordingId", manifest_.recordingId}}), {},
                 [self = shared_from_this(), as, done = std::move(done)](const Result<Json>& answer) {
                   if (!answer) log::warning("recording.stopFailed", {{"error", answer.error().message}});
                   if (!self->over()) self->end(as, self->manifest_.error);
                   done({});
                 });
}

/// The room writes no more: what there is gets finished, then the recording is over.
void Recording::end(RecordingStatus status, const std::string& why) {
  if (std::exchange(ended_, true)) return;
  const bool wasShown = !summary().isNull();
  stopping_ = true;
  endAs_ = status;
  comeBack();
  manifest_.error = why;
  manifest_.status = RecordingStatus::ending;
  manifest_.endedAt = timestamp();
  tick_.stop();
  resume_.stop();
  letGoOfFile();
  if (!why.empty()) {
    log::error("recording.ended",
               {{"room", manifest_.room}, {"recording", manifest_.recordingId}, {"reason", why}});
  }
  if (wasShown) callbacks_.onChanged(*this);
  saveManifest();
  for (size_t i = current_; i < manifest_.files.size(); ++i)
    finishPart(i);
  finishIfDone();
}

void Recording::finishPart(size_t index) {
  auto& file = manifest_.files[index];
  if (file.finishing || !file.sha256.empty()) return;
  file.finishing = true;
  if (unfinished_++ == 0) {
    finishings_.clear();
    shownProgress_ = 0;
  }
  giveToFinisher(index);
}

void Recording::giveToFinisher(size_t index) {
  const auto& file = manifest_.files[index];
  const auto container = containerFromString(manifest_.container).value_or(Container::webm);
  context_.finisher.finish(pathOf(index), container, manifest_.chaptersOf(file), finishings_[index].progress,
                           [self = shared_from_this(), index](const Result<FinishedFile>& finished) {
                             self->partFinished(index, finished);
                           });
}

void Recording::partFinished(size_t index, const Result<FinishedFile>& finished) {
  auto& file = manifest_.files[index];
  const bool diskFailed = !finished && finished.error().code == ErrorCode::internal;
  if (diskFailed && manifest_.error.empty()) manifest_.error = finished.error().message;
  if (diskFailed && !again_ && finishings_[index].attempts < finishRetries.size()) {
    auto& again = finishings_[index];
    again.timer = Timer::once(finishRetries[again.attempts++], [this, index] { giveToFinisher(index); });
    return;
  }
  --unfinished_;
  *finishings_[index].progress = 1;
  if (finished) {
    file.size = finished->size;
    file.duration = finished->duration;
    file.sha256 = finished->sha256;
  } else {
    // What a disk that failed has of it stays, as it is.
    file.lost = !diskFailed;
    // Nothing recorded is no fault of a part that was made for a key frame that never came.
    log::warning("recording.partLost", {{"recording", manifest_.recordingId},
                                        {"file", file.filename},
                                        {"reason", finished.error().message}});
  }
  if (!again_) saveManifest();
  finishIfDone();
}

void Recording::finishIfDone() {
  // While the room is still being asked to stop, its last file is not among the unfinished yet.
  if (!ended_ || unfinished_ > 0 || finished_) return;
  finished_ = true;
  const size_t lost = std::erase_if(manifest_.files, [](const auto& file) { return file.lost; });
  if (again_ && lost == 0 && manifest_.unfinishedFiles() == leftBefore_) return callbacks_.onKept(*this);
  manifest_.status = endAs_;
  if (manifest_.unfinishedFiles() > 0) manifest_.status = RecordingStatus::failed;
  if (manifest_.files.empty() && endAs_ == RecordingStatus::completed) {
    manifest_.status = RecordingStatus::failed;
    manifest_.error = "nothing was recorded";
  }
  double end = 0;
  for (const auto& file : manifest_.files)
    end = std::max(end, file.start + file.duration);
  manifest_.duration = end;
  // Not before: a crash may have left more film than was known of.
  manifest_.closeAll(end);
  if (callbacks_.plan && manifest_.after.isNull() && manifest_.unfinishedFiles() == 0)
    manifest_.after = callbacks_.plan(manifest_);
  log::info("recording.finished", {{"room", manifest_.room},
                                   {"recording", manifest_.recordingId},
                                   {"status", toString(manifest_.status)},
                                   {"files", manifest_.files.size()},
                                   {"seconds", manifest_.duration}});
  // Whoever is told may read the manifest: it is saved first.
  saveManifest();
}

void Recording::recover() {
  const bool wasEnding = manifest_.status == RecordingStatus::ending;
  stopping_ = true;
  ended_ = true;
  endAs_ = wasEnding && manifest_.error.empty() ? RecordingStatus::completed : RecordingStatus::aborted;
  if (!wasEnding) manifest_.error = "the server ended while this was being recorded";
  manifest_.status = RecordingStatus::ending;
  if (manifest_.endedAt.empty()) manifest_.endedAt = timestamp();
  for (size_t i = 0; i < manifest_.files.size(); ++i)
    finishPart(i);
  finishIfDone();
}

void Recording::finishLeft() {
  again_ = stopping_ = ended_ = true;
  endAs_ = manifest_.status;
  leftBefore_ = manifest_.unfinishedFiles();
  for (size_t i = 0; i < manifest_.files.size(); ++i)
    finishPart(i);
  finishIfDone();
}

void Recording::saveManifest() {
  dirty_ = true;
  // One write at a time: on a slow disk the newest state waits, not a queue of old ones.
  if (saving_) return;
  saving_ = true;
  dirty_ = false;
  auto job = [&store = context_.store, path = manifest_.manifestPath(), chapters = manifest_.chaptersPath(),
              json = manifest_.toJson().dump(true), text = manifest_.chaptersVtt(), fd = syncFd_,
              self = shared_from_this()] {
    auto saved = store.writeAtomically(path, json);
    if (saved) saved = store.writeAtomically(chapters, text);
    // Who took the folder away is told of the film, whichever of the two was missed first.
    const bool removed = !saved && fd && isRemoved(fd->get());
    return [self, saved, removed] { self->manifestSaved(saved, removed); };
  };
  context_.disk.run(std::move(job));
}

void Recording::manifestSaved(const Result<void>& saved, bool removed) {
  saving_ = false;
  if (!saved && !std::exchange(unsaved_, true)) {
    log::warning("recording.manifestFailed",
                 {{"recording", manifest_.recordingId}, {"reason", saved.error().message}});
  }
  if (saved) unsaved_ = false;
  if (!saved && !stopping_) {
    stop(RecordingStatus::failed,
         removed ? fileRemoved : "the recording's manifest cannot be written: " + saved.error().message);
  }
  if (dirty_ && stopping_) return saveManifest();
  if (!finished_) return;
  if (!std::exchange(told_, true)) callbacks_.onFinished(*this);
  if (saved) return callbacks_.onKept(*this);
  // A disk may be full now and not later; until then the truth is here.
  retry_ = Timer::once(retryInterval, [this] { saveManifest(); });
}

}  // namespace tributary
