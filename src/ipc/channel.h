#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"
#include "glib/json.h"
#include "ipc/reply.h"

namespace tributary {

/// One end of the channel between `tributary` and `tributary-room` (docs/room-channel.md). Both ends may
/// send requests and notifications; nothing blocks. Thread: owner. Every handler is called from the main
/// loop, never from inside one of the calls below, and may destroy the Channel.
class Channel {
 public:
  struct Handlers {
    std::function<void(const std::string& method, const Json& params, Reply reply)> onRequest;
    /// `fields` is the whole notification, "event" included.
    std::function<void(const std::string& event, const Json& fields)> onEvent;
    /// Once, after EOF, a broken frame, or an outgoing queue beyond `maxQueuedBytes`; not after close().
    std::function<void(const std::string& reason)> onClosed;
  };
  using Done = std::function<void(Result<Json>)>;

  struct Pair;

  /// How much may wait for a peer that does not read before the channel gives it up.
  static constexpr size_t maxQueuedBytes = 8 * 1024 * 1024;

  /// `fd` is a connected SOCK_STREAM socket; it is made non-blocking.
  Channel(UniqueFd fd, Handlers handlers);
  ~Channel();
  Channel(Channel&&) noexcept;
  Channel& operator=(Channel&&) noexcept;

  /// `done` is called exactly once: with the result, the peer's error, `timeout` after `deadline`, or
  /// `internal` when the channel closes first (also by close() or destruction).
  /// `fd`, if any, is passed along.
  void request(const std::string& method, Json params, std::chrono::milliseconds deadline, Done done,
               UniqueFd fd = {});

  /// From inside onRequest: the descriptor that came with the request, or none. Closed if not taken.
  UniqueFd takeFd();

  /// Sends `fields` (an object) with "event" added.
  void notify(const std::string& event, const Json& fields);

  /// Ends the channel at once; what waits is answered with `internal` before this returns. Frames that
  /// were not written yet are lost.
  void close();
  bool isOpen() const;

  /// Two connected sockets, neither inherited by children. Error `internal` when the system has none left.
  static Result<Pair> socketPair();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

struct Channel::Pair {
  UniqueFd ours;
  UniqueFd theirs;
};

}  // namespace tributary
