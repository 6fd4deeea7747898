#include "loadgen/relay.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>

#include "media/ticker.h"

namespace tributary::load {
namespace {

constexpr int64_t millisecond = 1'000'000;           // ns
constexpr int64_t longestQueue = 300 * millisecond;  // what a link's buffer holds, in its own time
constexpr size_t udpHeaders = 28;                    // IPv4 and UDP: they take up the link too
constexpr uint64_t wakeKey = UINT64_MAX;

UniqueFd udpSocket() {
  UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in any{};
  any.sin_family = AF_INET;
  if (::bind(fd.get(), reinterpret_cast<sockaddr*>(&any), sizeof any) != 0) fd.reset();
  return fd;
}

int portOf(int fd) {
  sockaddr_in own{};
  socklen_t size = sizeof own;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&own), &size);
  return ntohs(own.sin_port);
}

/// The address of ours that packets to `target` leave from.
std::string localAddressTowards(const sockaddr_in& target) {
  const UniqueFd fd(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in own{};
  socklen_t size = sizeof own;
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&target), sizeof target) != 0 ||
      ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&own), &size) != 0) {
    return "127.0.0.1";
  }
  std::array<char, INET_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET, &own.sin_addr, text.data(), text.size());
  return text.data();
}

}  // namespace

Result<std::unique_ptr<Relay>> Relay::create(const Conditions& conditions) {
  std::unique_ptr<Relay> out(new Relay(conditions));
  out->poll_.reset(::epoll_create1(EPOLL_CLOEXEC));
  out->wake_.reset(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!out->poll_ || !out->wake_) return fail(ErrorCode::internal, "no file descriptor for the relay");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = wakeKey;
  ::epoll_ctl(out->poll_.get(), EPOLL_CTL_ADD, out->wake_.get(), &event);
  out->thread_ = std::thread([relay = out.get()] { relay->run(); });
  return out;
}

Relay::~Relay() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  const uint64_t one = 1;
  if (::write(wake_.get(), &one, sizeof one) < 0) return;
  if (thread_.joinable()) thread_.join();
}

void Relay::add(Way* way) {
  const std::lock_guard lock(mutex_);
  ways_[way->in] = way;
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = static_cast<uint64_t>(way->in);
  ::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, way->in, &event);
}

void Relay::remove(uint64_t link) {
  const std::lock_guard lock(mutex_);
  std::erase_if(ways_, [this, link](const auto& entry) {
    if (entry.second->link != link) return false;
    ::epoll_ctl(poll_.get(), EPOLL_CTL_DEL, entry.first, nullptr);
    return true;
  });
  decltype(waiting_) kept;
  for (; !waiting_.empty(); waiting_.pop()) {
    if (waiting_.top().link != link) kept.push(waiting_.top());
  }
  waiting_ = std::move(kept);
}

void Relay::run() {
  pthread_setname_np(pthread_self(), "load-relay");
  std::array<epoll_event, 64> events{};
  for (;;) {
    int wait = 1000;
    {
      const std::lock_guard lock(mutex_);
      if (stop_) return;
      sendDue();
      if (!waiting_.empty()) {
        // Up: less than a millisecond would be none, again and again.
        const int64_t left = waiting_.top().at - monotonicNow() + millisecond - 1;
        wait = static_cast<int>(std::max<int64_t>(0, left / millisecond));
      }
    }
    const int count = ::epoll_wait(poll_.get(), events.data(), static_cast<int>(events.size()), wait);
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < count; ++i) {
      const uint64_t key = events[static_cast<size_t>(i)].data.u64;
      const auto way = key == wakeKey ? ways_.end() : ways_.find(static_cast<int>(key));
      if (way != ways_.end()) receive(*way->second);
    }
  }
}

/// When a packet that came now leaves; nullopt if it never does.
std::optional<int64_t> Relay::departure(Way& way, size_t bytes) {
  std::uniform_real_distribution<double> chance(0, 1);
  if (chance(random_) < conditions_.loss) {
    ++counters_.lost;
    return std::nullopt;
  }
  int64_t at = monotonicNow();
  if (way.linkKbits > 0) {
    way.linkFreeAt = std::max(way.linkFreeAt, at);
    if (way.linkFreeAt - at > longestQueue) {
      ++counters_.dropped;
      return std::nullopt;
    }
    way.linkFreeAt += static_cast<int64_t>((bytes + udpHeaders) * 8) * millisecond / way.linkKbits;
    at = way.linkFreeAt;
  }
  const double later = conditions_.delayMs + conditions_.jitterMs * chance(random_);
  return at + static_cast<int64_t>(later * static_cast<double>(millisecond));
}

void Relay::receive(Way& way) {
  std::array<uint8_t, 2048> bytes{};
  for (;;) {
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const ssize_t got =
        ::recvfrom(way.in, bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0) return;
    way.back->to = from;
    if (way.to.sin_port == 0) continue;
    const auto at = departure(way, static_cast<size_t>(got));
    if (!at) continue;
    waiting_.push({*at, order_++, way.link, way.out, way.to, {bytes.begin(), bytes.begin() + got}});
  }
}

void Relay::sendDue() {
  const int64_t now = monotonicNow();
  while (!waiting_.empty() && waiting_.top().at <= now) {
    const Waiting& next = waiting_.top();
    ::sendto(next.out, next.bytes.data(), next.bytes.size(), 0, reinterpret_cast<const sockaddr*>(&next.to),
             sizeof next.to);
    ++counters_.forwarded;
    waiting_.pop();
  }
}

Relay::Counters Relay::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

Result<std::unique_ptr<RelayedPeer>> RelayedPeer::create(Relay& relay) {
  std::unique_ptr<RelayedPeer> out(new RelayedPeer(relay));
  out->peerSide_ = udpSocket();
  out->serverSide_ = udpSocket();
  if (!out->peerSide_ || !out->serverSide_) return fail(ErrorCode::internal, "no UDP socket for the relay");
  const uint64_t link = ++relay.links_;
  const int kbits = relay.conditions_.linkKbits;
  out->up_ = {out->peerSide_.get(), out->serverSide_.get(), {}, 0, kbits, &out->down_, link};
  out->down_ = {out->serverSide_.get(), out->peerSide_.get(), {}, 0, kbits, &out->up_, link};
  relay.add(&out->up_);
  relay.add(&out->down_);
  return out;
}

RelayedPeer::~RelayedPeer() {
  relay_.remove(up_.link);
}

void RelayedPeer::setLink(int kbits) {
  const std::lock_guard lock(relay_.mutex_);
  up_.linkKbits = down_.linkKbits = kbits;
}

std::optional<std::string> RelayedPeer::fromPeer(const std::string& candidate) {
  return rewrite(candidate, down_, serverSide_.get());
}

std::optional<std::string> RelayedPeer::fromServer(const std::string& candidate) {
  return rewrite(candidate, up_, peerSide_.get());
}

std::optional<std::string> RelayedPeer::rewrite(const std::string& candidate, Relay::Way& towards,
                                                int socket) {
  // candidate:FOUNDATION COMPONENT UDP PRIORITY ADDRESS PORT typ host … (RFC 8839, 5.1)
  std::istringstream words(candidate);
  std::vector<std::string> field;
  for (std::string word; words >> word;)
    field.push_back(word);
  if (field.size() < 8 || (field[2] != "UDP" && field[2] != "udp") || field[7] != "host") return std::nullopt;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  if (::inet_pton(AF_INET, field[4].c_str(), &address.sin_addr) != 1) return std::nullopt;
  address.sin_port = htons(static_cast<uint16_t>(std::strtol(field[5].c_str(), nullptr, 10)));
  const std::lock_guard lock(relay_.mutex_);
  if (towards.to.sin_port != 0 &&
      std::memcmp(&towards.to.sin_addr, &address.sin_addr, sizeof(in_addr)) != 0) {
    return std::nullopt;  // another address of the same side
  }
  towards.to = address;
  field[4] = localAddressTowards(address);
  field[5] = std::to_string(portOf(socket));
  std::string out;
  for (const auto& word : field)
    out += (out.empty() ? "" : " ") + word;
  return out;
}

}  // namespace tributary::load
