#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "recordings/recording.h"

namespace tributary {

/// All recordings of this server: those being made, by room, and those on the disk, by id. Thread: owner.
class Recordings {
 public:
  struct Settings {
    std::string folder;
    std::string pathPattern = "{room}/{date}/{room}-{time}-{id}";
    int64_t minFreeBytes = 256LL << 20;
    std::chrono::milliseconds stallTimeout{1200};
    std::chrono::milliseconds keyFrameInterval{5000};
    std::chrono::milliseconds resumeTimeout{60'000};
  };
  struct Callbacks {
    /// "recording.started", "recording.completed", "recording.failed".
    std::function<void(const char* type, const Manifest& manifest)> onEvent;
    /// What there is to do after one that ends now: kept as its `after` from then on. Null: nothing.
    std::function<Json(const Manifest& manifest)> plan;
    /// It is over, now, or it was found so at the start.
    std::function<void(const Manifest& manifest)> onOver;
  };

  Recordings(Settings settings, Callbacks callbacks);
  ~Recordings();

  /// Reads what is on the disk, and finishes what a former run left behind. What the disk does not let it do
  /// now is tried again every `lookInterval`, also in a folder that another disk is mounted on meanwhile.
  void open();
  static constexpr std::chrono::seconds lookInterval{10};

  using Done = std::function<void(Result<Json>)>;

  /// Records an open room as soon as its process is ready, as its profile and `request` want it
  /// (recordingOptions()); `done` gets the recording's description once it is running. `by` is an identity,
  /// "api" or "auto". Errors: notFound for a room that is not open, badRequest where one is running, internal
  /// with the disk's words.
  void start(const std::string& room, const Json& request, const std::string& by, const Done& done);
  /// Error notFound where none is running.
  void stop(const std::string& room, const Done& done);
  void stopById(const std::string& id, const Done& done);
  Result<Json> setPaused(const std::string& id, bool paused);

  // What a room's owner tells.
  void roomOpened(const std::string& room, RoomPort& port);
  void onEvent(const std::string& room, const Json& fields);
  void roomDied(const std::string& room);
  void roomReady(const std::string& room);
  /// Its process is gone for good.
  void roomClosed(const std::string& room, const RoomPort& port);
  /// The room's recording as clients see it, or null.
  Json current(const std::string& room) const;

  /// Newest first; of one room, or of all when `room` is empty. Short descriptions.
  Json list(const std::string& room) const;
  /// All that is known; error notFound.
  void get(const std::string& id, const Done& done);
  /// Files and manifest. Errors: notFound, badRequest while it is being made.
  void remove(const std::string& id, const Done& done);
  /// An open file of the recording; `done` gets its media type too. Error notFound.
  void openFile(const std::string& id, const std::string& filename,
                const std::function<void(Result<UniqueFd>, const std::string& mediaType)>& done);

  /// Changes what is kept as `after` of a recording that is over.
  void setAfter(const std::string& id, const Json& after);
  bool knows(const std::string& id) const { return known_.contains(id); }
  /// Its media files go, which the manifest then says of them; it and the chapters stay.
  void removeMedia(const std::string& id);

  size_t activeCount() const { return byRoom_.size(); }
  RecordingStore& store() { return store_; }

  /// Calls `done` when files are finished and saved, or after `patience`; what is left is done at the next
  /// start. The rooms have been closed before.
  void close(std::chrono::milliseconds patience, std::function<void()> done);

 private:
  struct Entry {
    std::string path;
    Json brief;
    bool unfinished = false;  ///< a file of it still ends in ".part"
  };
  struct Found {
    std::vector<Manifest> manifests;
    bool whole = true;  ///< the disk has said all
  };

  std::shared_ptr<Recording> make(Manifest manifest, const RecordingOptions& options);
  void startInReadyRoom(const std::string& room, const Json& request, const std::string& by,
                        const Done& done);
  Recording* inRoom(const std::string& room) const;
  void changed(Recording& recording);
  void finished(Recording& recording);
  void look();
  void found(const Found& found);
  void editManifest(const std::string& path, std::function<void(Json&)> edit);
  static Found readAll(const RecordingStore& store);
  static Found readThese(const RecordingStore& store, const std::vector<std::string>& paths);
  void index(const Manifest& manifest);

  Settings settings_;
  Callbacks callbacks_;
  RecordingStore store_;
  DiskThread disk_{"recordings"};
  Finisher finisher_;
  RecordingContext context_;
  std::map<std::string, std::shared_ptr<Recording>> live_;  ///< by id, until all is finished
  std::map<std::string, std::string> byRoom_;               ///< room → id of the one being made
  std::map<std::string, RoomPort*> ports_;
  std::map<std::string, Entry> known_;  ///< by id
  Timer closing_;
  Timer looking_;
  bool isLooking_ = false;
  bool wantsAll_ = true;      ///< the last look at the whole folder failed
  bool unavailable_ = false;  ///< told in the log
  std::shared_ptr<Recordings*> self_;
};

}  // namespace tributary
