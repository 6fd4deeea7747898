#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"

namespace tributary {

/// The recordings' folder. Every path is relative to it, and opened so that the kernel itself refuses to
/// leave it or to follow a link (openat2, RESOLVE_BENEATH). Thread: any; everything blocks on the disk.
/// Errors: notFound, internal with the system's words.
class RecordingStore {
 public:
  explicit RecordingStore(std::string folder) : folder_(std::move(folder)) {}

  /// Makes the folder where it is missing and opens it again where it was replaced.
  Result<void> open();

  /// A new file for reading and writing, its folders made. Error when it exists.
  Result<UniqueFd> create(const std::string& path);
  Result<UniqueFd> openToRead(const std::string& path) const;
  Result<UniqueFd> openToWrite(const std::string& path) const;
  Result<std::string> read(const std::string& path) const;
  /// All of it or nothing of it, also after a crash.
  Result<void> writeAtomically(const std::string& path, const std::string& bytes);
  /// And makes the new name durable.
  Result<void> rename(const std::string& from, const std::string& to);
  /// No error when it is not there.
  Result<void> remove(const std::string& path);
  bool exists(const std::string& path) const;

  /// Whether open() is called for: it has not succeeded yet, or the folder is another one by now (a disk was
  /// mounted there). False while there is none.
  bool wantsOpening() const;

  struct Listing {
    std::vector<std::string> paths;  ///< of regular files
    bool whole = true;               ///< the disk has said all
  };
  /// Folders within folders up to 5 deep.
  Listing list() const;
  /// Bytes that may be written there. −1: not known.
  int64_t freeBytes() const;

  const std::string& folder() const { return folder_; }

 private:
  Result<UniqueFd> openAt(const std::string& path, uint64_t flags, uint64_t mode = 0) const;
  Result<UniqueFd> parentOf(const std::string& path, bool make) const;

  std::shared_ptr<UniqueFd> root() const;

  std::string folder_;
  mutable std::mutex mutex_;  ///< guards root_; held for no disk
  std::shared_ptr<UniqueFd> root_ = std::make_shared<UniqueFd>();
};

/// The SHA-256 of an open file as hex; `progress` gets 0 to 1 now and then.
Result<std::string> sha256Of(int fd, const std::function<void(double)>& progress);

}  // namespace tributary
