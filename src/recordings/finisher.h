#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "container/media_file.h"
#include "recordings/disk_thread.h"
#include "recordings/recording_store.h"

namespace tributary {

/// What became of a file.
struct FinishedFile {
  std::string path;       ///< now, beneath the recordings' folder
  double duration = 0;    ///< s
  int64_t size = 0;       ///< bytes
  std::string sha256;     ///< hex
  int64_t discarded = 0;  ///< bytes of a torn end that were cut off
};

/// Makes finished files of written ones: index, duration and chapters in place, SHA-256, the final name. Used
/// alike after a stop and after a crash. Thread: owner; the work is done on a thread of its own.
class Finisher {
 public:
  /// `store` outlives it.
  explicit Finisher(RecordingStore& store) : store_(store), thread_("finisher") {}

  using Done = std::function<void(Result<FinishedFile>)>;
  /// `path` + ".part" becomes `path`. A file in which nothing was recorded is removed, with error badRequest.
  /// `progress` (shared with the thread) goes from 0 to 1.
  void finish(const std::string& path, Container container, std::vector<Chapter> chapters,
              const std::shared_ptr<std::atomic<double>>& progress, const Done& done);

  bool idle() const { return thread_.pending() == 0; }

 private:
  static Result<FinishedFile> work(RecordingStore& store, const std::string& path, Container container,
                                   const std::vector<Chapter>& chapters, std::atomic<double>& progress);

  RecordingStore& store_;
  DiskThread thread_;
};

}  // namespace tributary
