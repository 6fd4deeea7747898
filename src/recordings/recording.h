#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/close_elsewhere.h"
#include "base/main_context.h"
#include "recordings/finisher.h"
#include "recordings/manifest.h"
#include "recordings/recording_options.h"
#include "recordings/room_port.h"

namespace tributary {

/// What recordings share; everything outlives them.
struct RecordingContext {
  RecordingStore& store;
  DiskThread& disk;
  Finisher& finisher;
  int64_t minFreeBytes = 0;
  std::chrono::milliseconds stallTimeout{1200};
  std::chrono::milliseconds keyFrameInterval{5000};
  std::chrono::milliseconds resumeTimeout{60'000};  ///< a room that is not back by then ends its recording
};

/// One recording from start to finished files, over as many parts and room processes as it takes:
/// starting → active (perhaps interrupted, paused) → ending → over. Thread: owner.
class Recording : public std::enable_shared_from_this<Recording> {
 public:
  struct Callbacks {
    /// What shall be kept as `after` of one that is over: it goes with the write that says so.
    std::function<Json(const Manifest&)> plan;
    std::function<void(Recording&)> onChanged;  ///< for clients: status, pause
    /// Once, with all final and, where the disk lets it, saved. Not of finishLeft() when nothing came of it.
    std::function<void(Recording&)> onFinished;
    std::function<void(Recording&)> onKept;  ///< after it: the disk has the final manifest
  };
  using Done = std::function<void(Result<void>)>;

  Recording(const RecordingContext& context, Manifest manifest, RecordingOptions options,
            Callbacks callbacks);

  /// Makes the first file and asks the room to write to it; `done` when the first packet is on its way, or
  /// the recording has failed.
  void start(RoomPort& room, Done done);
  /// Ends it; `done` when the room writes no more (files are finished after that).
  void stop(RecordingStatus as, const std::string& why, Done done = {});
  /// Holds over the room's restart: a paused one goes on only when it is told to. Error badRequest where it
  /// is not running.
  Result<void> setPaused(bool paused);

  /// A `recording` event of the room.
  void onEvent(const Json& fields);
  /// The room's process is gone; another may come.
  void roomDied();
  void roomReady(RoomPort& room);
  /// The room is gone for good, its process too.
  void roomClosed();

  /// Of one that a former run of the server left behind: what can be played is finished.
  void recover();

  /// Of one that is over, but whose disk failed before its files were finished: tries again, once.
  void finishLeft();
  /// Whether files are being finished.
  bool finishing() const { return unfinished_ > 0; }
  /// Once it has ended: 0 to 1 of all files that are being finished, by their sizes.
  double progress() const;

  const Manifest& manifest() const { return manifest_; }
  Manifest& manifest() { return manifest_; }
  bool over() const { return isOver(manifest_.status); }
  /// As clients see it: null when it is over.
  Json summary() const;
  /// The manifest, and `progress` of what is being finished.
  Json describe() const;
  /// The same without what is long.
  Json brief() const;
  void saveManifest();
  /// Whether the last state is on the disk.
  bool saved() const { return !dirty_ && !saving_ && !unsaved_; }

 private:
  void openPart(std::function<void(Result<UniqueFd>)> done);
  void askToStart(UniqueFd file, Done done);
  void started(const Result<Json>& answer, const Done& done);
  void onProgress(const Json& fields);
  void checkLimits();
  void checkDisk();
  void letGoOfFile();
  void nextPart();
  void partRefused(const std::string& why);
  void partBegan(double start);
  void tellPause();
  void goAway(const char* reason);
  void comeBack();
  void awaitRoom();
  void goOn();
  void dropPart();
  /// Whether a new room process is there, and need not record yet.
  bool waitsPaused() const { return interrupted_ && paused_ && room_ != nullptr; }
  void end(RecordingStatus status, const std::string& why);
  void finishPart(size_t index);
  void giveToFinisher(size_t index);
  void partFinished(size_t index, const Result<FinishedFile>& file);
  void finishIfDone();
  void manifestSaved(const Result<void>& saved, bool removed);
  int64_t writtenBytes() const;
  std::string pathOf(size_t index) const { return manifest_.folder() + manifest_.files[index].filename; }

  const RecordingContext& context_;
  Manifest manifest_;
  RecordingOptions options_;
  Callbacks callbacks_;
  RoomPort* room_ = nullptr;
  bool paused_ = false;
  bool interrupted_ = false;
  bool returning_ = false;  ///< the next room process is being asked to go on
  bool rotating_ = false;
  bool stopping_ = false;
  double offset_ = 0;  ///< s: recorded by room processes before the present one
  struct {
    uint64_t frames = 0;
    uint64_t missingFrames = 0;
    uint64_t droppedPackets = 0;
  } before_;  ///< by the same
  struct Away {
    int64_t since = 0;             ///< µs, monotonic
    const char* reason = nullptr;  ///< of the gap
  };
  Away away_;              ///< while nothing is recorded
  size_t current_ = 0;     ///< index of the file that is written
  size_t unfinished_ = 0;  ///< files that the finisher has, or will have again
  struct Finishing {
    size_t attempts = 0;  ///< where the disk failed
    Timer timer;
    std::shared_ptr<std::atomic<double>> progress = std::make_shared<std::atomic<double>>(0.0);
  };
  std::map<size_t, Finishing> finishings_;  ///< by file: what is being finished, and was since it all began
  mutable double shownProgress_ = 0;        ///< it never goes back
  RecordingStatus endAs_ = RecordingStatus::completed;
  bool ended_ = false;
  bool finished_ = false;
  bool told_ = false;
  bool again_ = false;                   ///< finishLeft()
  size_t leftBefore_ = 0;                ///< files unfinished when that began
  std::shared_ptr<UnhurriedFd> syncFd_;  ///< of the present part, so that it can be made durable
  bool dirty_ = false;
  bool saving_ = false;
  bool unsaved_ = false;  ///< the last attempt failed
  Timer tick_;
  Timer resume_;
  Timer opening_;
  Timer retry_;
  unsigned ticks_ = 0;
};

}  // namespace tributary
