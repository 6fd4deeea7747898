#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"

namespace tributary::load {

/// A bad network in user space: UDP between peers and the server goes through it, by way of the addresses
/// in their candidates. Loss, delay and jitter are drawn for each packet; a link with a bandwidth has a queue
/// that holds as much as it sends in 300 ms and drops what comes when it is full. Order is kept except by
/// jitter.
class Relay {
 public:
  struct Conditions {
    double loss = 0;  ///< 0 … 1
    double delayMs = 0;
    double jitterMs = 0;  ///< up to so much more
    int linkKbits = 0;    ///< of each peer, at first; 0: no limit
  };

  static Result<std::unique_ptr<Relay>> create(const Conditions& conditions);
  ~Relay();

  struct Counters {
    uint64_t forwarded = 0;
    uint64_t lost = 0;     ///< by chance
    uint64_t dropped = 0;  ///< the link's queue was full
  };
  Counters counters() const;

  double worstRoundTripMs() const { return 2 * (conditions_.delayMs + conditions_.jitterMs); }

 private:
  friend class RelayedPeer;

  /// One direction of one peer: what comes in at one socket goes out at the other.
  struct Way {
    int in = -1;
    int out = -1;
    sockaddr_in to{};        ///< where it goes; port 0: not known yet
    int64_t linkFreeAt = 0;  ///< ns
    int linkKbits = 0;       ///< 0: no limit
    Way* back = nullptr;     ///< learns its `to` from where our packets come from
    uint64_t link = 0;
  };
  struct Waiting {
    int64_t at = 0;
    uint64_t order = 0;
    uint64_t link = 0;
    int out = -1;
    sockaddr_in to{};
    std::vector<uint8_t> bytes;
    bool operator>(const Waiting& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };

  explicit Relay(const Conditions& conditions) : conditions_(conditions) {}
  void run();
  void receive(Way& way);
  void sendDue();
  void add(Way* way);
  void remove(uint64_t link);
  std::optional<int64_t> departure(Way& way, size_t bytes);

  Conditions conditions_;
  UniqueFd poll_;
  UniqueFd wake_;
  mutable std::mutex mutex_;
  std::map<int, Way*> ways_;  ///< by the socket they come in at
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting_;
  std::mt19937 random_{20261122};  // NOLINT: the same packets are lost in each run
  uint64_t order_ = 0;
  uint64_t links_ = 0;
  Counters counters_;
  bool stop_ = false;
  std::thread thread_;
};

/// One peer's way through the relay. Thread: owner.
class RelayedPeer {
 public:
  static Result<std::unique_ptr<RelayedPeer>> create(Relay& relay);
  ~RelayedPeer();

  /// A candidate line that leads through the relay, for the other side; nullopt for one that is left out:
  /// only the first IPv4 UDP host candidate of each side is used.
  std::optional<std::string> fromPeer(const std::string& candidate);
  std::optional<std::string> fromServer(const std::string& candidate);

  /// This peer's bandwidth each way from now on; 0 is no limit.
  void setLink(int kbits);

 private:
  explicit RelayedPeer(Relay& relay) : relay_(relay) {}
  std::optional<std::string> rewrite(const std::string& candidate, Relay::Way& towards, int socket);

  Relay& relay_;
  UniqueFd peerSide_;
  UniqueFd serverSide_;
  Relay::Way up_;    ///< peer → server
  Relay::Way down_;  ///< server → peer
};

}  // namespace tributary::load
