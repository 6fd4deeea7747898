#pragma once

#include "base/unique_fd.h"

namespace tributary {

/// Closes a file without waiting for it: close() of a file on a disk that does not answer (FUSE, NFS) waits
/// as long as the disk does. On a thread of its own, so that one that hangs keeps no other. Thread: any.
void closeElsewhere(UniqueFd fd);

/// An open file that is closed elsewhere.
class UnhurriedFd {
 public:
  UnhurriedFd() = default;
  explicit UnhurriedFd(UniqueFd fd) : fd_(std::move(fd)) {}
  ~UnhurriedFd() { closeElsewhere(std::move(fd_)); }
  UnhurriedFd(UnhurriedFd&& other) noexcept = default;
  UnhurriedFd& operator=(UnhurriedFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int get() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

}  // namespace tributary
