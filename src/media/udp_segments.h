#pragma once

#include <sys/socket.h>
#include <sys/uio.h>

#include <cstddef>
#include <span>

namespace tributary {

/// How many of `datagrams`, from the first on, can go to the kernel as one: all of the first one's size, but
/// for the last, which may be shorter. At most 64 (UDP_MAX_SEGMENTS), and what fits into one of 64 kB. Pure.
size_t segmentRun(std::span<const iovec> datagrams);

/// Sends datagrams to one address by a UDP socket, each run of them in one call (UDP_SEGMENT, udp(7), Linux
/// 4.18): the kernel goes its way once for all. What the socket has no room for is lost.
///
/// How many are dealt with, from the first on: fewer where the kernel, the device or the path's MTU does not
/// let them go so. Thread: any.
size_t sendSegments(int socket, const sockaddr_storage& to, std::span<const iovec> datagrams);

}  // namespace tributary
