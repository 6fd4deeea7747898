#include "media/udp_segments.h"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace tributary {
namespace {

constexpr size_t mostSegments = 64;
constexpr size_t mostBytes = 65'000;  // of 65,535, less headers

/// Errors that say nothing of the way: this one is lost, as it would be on the network.
bool isPassing(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == ENOBUFS || error == ENOMEM || error == EINTR;
}

void setSegmentSize(msghdr& message, std::span<char> control, size_t size) {
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_UDP;
  header->cmsg_type = UDP_SEGMENT;
  header->cmsg_len = CMSG_LEN(sizeof(uint16_t));
  const auto value = static_cast<uint16_t>(size);
  std::memcpy(CMSG_DATA(header), &value, sizeof value);
}

bool sendRun(int socket, const sockaddr_storage& to, std::span<const iovec> run) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(uint16_t))> control{};
  msghdr message{};
  message.msg_name = const_cast<sockaddr_storage*>(&to);
  message.msg_namelen = to.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
  message.msg_iov = const_cast<iovec*>(run.data());
  message.msg_iovlen = run.size();
  if (run.size() > 1) setSegmentSize(message, control, run.front().iov_len);
  return sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 || isPassing(errno);
}

}  // namespace

size_t segmentRun(std::span<const iovec> datagrams) {
  size_t count = 0;
  size_t bytes = 0;
  for (const auto& datagram : datagrams) {
    const size_t whole = datagrams.front().iov_len;
    bytes += datagram.iov_len;
    if (count == mostSegments || (count > 0 && (bytes > mostBytes || datagram.iov_len > whole))) break;
    ++count;
    if (datagram.iov_len < whole) break;
  }
  return count;
}

size_t sendSegments(int socket, const sockaddr_storage& to, std::span<const iovec> datagrams) {
  size_t done = 0;
  while (done < datagrams.size()) {
    const auto rest = datagrams.subspan(done);
    const auto run = rest.first(segmentRun(rest));
    if (!sendRun(socket, to, run)) break;
    done += run.size();
  }
  return done;
}

}  // namespace tributary
