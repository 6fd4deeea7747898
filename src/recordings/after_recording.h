#pragma once

#include <gio/gio.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "outbound/s3_upload.h"
#include "outbound/worker.h"
#include "recordings/recordings.h"

namespace tributary {

/// What becomes of a finished recording: a command is run, its files are uploaded. How far that has come
/// stands in the manifest as `after`, from the write on that says it is over, so that it goes on after a
/// restart; each is tried until it has succeeded. Thread: owner.
class AfterRecording {
 public:
  struct Settings {
    std::vector<std::string> hook;  ///< argv with {placeholders}; empty: none
    S3Settings s3;                  ///< no endpoint: no upload
    std::string prefix;
    bool deleteLocal = false;
    std::string folder;  ///< of the recordings, for the command
  };

  /// `recordings` outlives it.
  AfterRecording(Recordings& recordings, Settings settings);
  ~AfterRecording();

  /// The `after` of a recording that ends now: what there is to do.
  Json plan(const Manifest& manifest) const;
  /// A recording is over, now or before this start of the server; what its `after` has as pending is done.
  void onOver(const Manifest& manifest);

 private:
  struct Job;

  void planUpload(const Manifest& manifest, Job& job) const;
  std::vector<std::string> hookArguments(const Manifest& manifest) const;
  void runHook(const std::shared_ptr<Job>& job);
  void hookEnded(const std::shared_ptr<Job>& job, const Result<void>& result);
  void checkDone(const Job& job);
  void uploadNext(const std::shared_ptr<Job>& job);
  void sendFile(const std::shared_ptr<Job>& job, UniqueFd file);
  void fileSent(const std::shared_ptr<Job>& job, const Result<void>& result);
  void save(const Job& job);

  Recordings& recordings_;
  Settings settings_;
  std::map<std::string, std::shared_ptr<Job>> jobs_;  ///< by recording
  std::shared_ptr<AfterRecording*> self_;
  Worker worker_{"upload"};
};

}  // namespace tributary
