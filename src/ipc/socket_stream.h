#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/close_elsewhere.h"
#include "base/unique_fd.h"

typedef struct _GSource GSource;

namespace tributary {

/// A stream socket on the owner's main loop: bytes in through a handler, bytes out through a bounded queue.
/// Thread: owner. Held by shared_ptr so that a handler may let go of it.
class SocketStream : public std::enable_shared_from_this<SocketStream> {
 public:
  struct Handlers {
    std::function<void(std::string_view bytes)> onBytes;
    /// A file descriptor, before the bytes it was written with. Without this handler it is closed.
    std::function<void(UniqueFd fd)> onFd;
    /// Once, from the main loop: EOF, an error of the socket, or fail(). Not after close().
    std::function<void(const std::string& reason)> onEnd;
  };

  static std::shared_ptr<SocketStream> open(UniqueFd fd, size_t maxQueuedBytes, Handlers handlers);
  ~SocketStream();

  /// `fd`, if any, goes with the first of the bytes (SCM_RIGHTS), and is closed elsewhere.
  void write(std::string_view bytes, UniqueFd fd = {});
  /// Stops at once and reports `reason` from the main loop.
  void fail(const std::string& reason);
  /// Stops at once and reports nothing.
  void close();
  bool isOpen() const { return static_cast<bool>(fd_); }

 private:
  SocketStream(UniqueFd fd, size_t maxQueuedBytes, Handlers handlers);
  void watch(GSource*& source, int condition, bool (SocketStream::*ready)());
  static void unwatch(GSource*& source);
  bool readSome();
  bool flush();
  ssize_t sendSome();

  UniqueFd fd_;
  const size_t maxQueuedBytes_;
  Handlers handlers_;
  GSource* reading_ = nullptr;
  GSource* writing_ = nullptr;
  std::string queue_;
  size_t sent_ = 0;  ///< bytes of queue_ that are gone already
  struct Passenger {
    size_t at;  ///< the byte of queue_ that it goes with
    UnhurriedFd fd;
  };
  std::deque<Passenger> passengers_;
};

}  // namespace tributary
