#include "ipc/socket_stream.h"

#include <glib-unix.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/main_context.h"

namespace tributary {
namespace {

bool wouldBlock(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/// Room for the control message of one descriptor.
struct FdSpace {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> bytes{};
};

void attachFd(msghdr& message, FdSpace& space, int fd) {
  message.msg_control = space.bytes.data();
  message.msg_controllen = space.bytes.size();
  cmsghdr* control = CMSG_FIRSTHDR(&message);
  control->cmsg_level = SOL_SOCKET;
  control->cmsg_type = SCM_RIGHTS;
  control->cmsg_len = CMSG_LEN(sizeof fd);
  std::memcpy(CMSG_DATA(control), &fd, sizeof fd);
}

std::vector<UniqueFd> takeFds(msghdr& message) {
  std::vector<UniqueFd> out;
  for (cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr;
       control = CMSG_NXTHDR(&message, control)) {
    if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS) continue;
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(control), sizeof fd);
    out.emplace_back(fd);
  }
  return out;
}

/// What a watch needs: the stream, kept alive while one of its handlers runs.
struct Watch {
  std::weak_ptr<SocketStream> stream;
  std::function<bool(SocketStream&)> ready;
};

gboolean dispatch(gint, GIOCondition, gpointer data) {
  auto* watch = static_cast<Watch*>(data);
  const auto stream = watch->stream.lock();
  return stream && watch->ready(*stream) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

}  // namespace

std::shared_ptr<SocketStream> SocketStream::open(UniqueFd fd, size_t maxQueuedBytes, Handlers handlers) {
  std::shared_ptr<SocketStream> stream(new SocketStream(std::move(fd), maxQueuedBytes, std::move(handlers)));
  stream->watch(stream->reading_, G_IO_IN | G_IO_HUP | G_IO_ERR, &SocketStream::readSome);
  return stream;
}

SocketStream::SocketStream(UniqueFd fd, size_t maxQueuedBytes, Handlers handlers)
    : fd_(std::move(fd)), maxQueuedBytes_(maxQueuedBytes), handlers_(std::move(handlers)) {
  g_unix_set_fd_nonblocking(fd_.get(), TRUE, nullptr);
}

SocketStream::~SocketStream() {
  close();
}

void SocketStream::watch(GSource*& source, int condition, bool (SocketStream::*ready)()) {
  source = g_unix_fd_source_new(fd_.get(), static_cast<GIOCondition>(condition));
  auto* watch = new Watch{weak_from_this(), [ready](SocketStream& stream) { return (stream.*ready)(); }};
  g_source_set_callback(source, G_SOURCE_FUNC(dispatch), watch,
                        [](gpointer data) { delete static_cast<Watch*>(data); });
  g_source_attach(source, nullptr);
}

void SocketStream::unwatch(GSource*& source) {
  if (source == nullptr) return;
  GSource* gone = std::exchange(source, nullptr);
  g_source_destroy(gone);
  g_source_unref(gone);
}

void SocketStream::close() {
  unwatch(reading_);
  unwatch(writing_);
  fd_.reset();
  queue_.clear();
  passengers_.clear();
  sent_ = 0;
}

void SocketStream::fail(const std::string& reason) {
  if (!isOpen()) return;
  close();
  main_context::post([self = shared_from_this(), reason] {
    if (self->handlers_.onEnd) self->handlers_.onEnd(reason);
  });
}

bool SocketStream::readSome() {
  std::array<char, 64 * 1024> piece;
  FdSpace space;
  iovec bytes{piece.data(), piece.size()};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  message.msg_control = space.bytes.data();
  message.msg_controllen = space.bytes.size();
  const ssize_t count = ::recvmsg(fd_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (count > 0) {
    for (auto& fd : takeFds(message)) {
      if (handlers_.onFd) handlers_.onFd(std::move(fd));
    }
    handlers_.onBytes(std::string_view(piece.data(), static_cast<size_t>(count)));
  } else if (count == 0) {
    fail("the other side closed it");
  } else if (!wouldBlock(errno)) {
    fail(std::string("reading failed: ") + std::strerror(errno));
  }
  return isOpen();
}

void SocketStream::write(std::string_view bytes, UniqueFd fd) {
  UnhurriedFd passenger(std::move(fd));
  if (!isOpen()) return;
  if (passenger.get() >= 0) passengers_.push_back({queue_.size(), std::move(passenger)});
  queue_ += bytes;
  if (queue_.size() - sent_ > maxQueuedBytes_) {
    fail("the other side does not read: " + std::to_string(queue_.size() - sent_) + " bytes wait for it");
    return;
  }
  if (writing_ == nullptr && flush()) {
    watch(writing_, G_IO_OUT | G_IO_ERR, &SocketStream::flush);
  }
}

/// One sendmsg(): up to the next byte that a descriptor goes with, and the one that goes here.
ssize_t SocketStream::sendSome() {
  const bool withFd = !passengers_.empty() && passengers_.front().at == sent_;
  size_t end = queue_.size();
  for (const auto& passenger : passengers_) {
    if (passenger.at > sent_) end = std::min(end, passenger.at);
  }
  iovec bytes{queue_.data() + sent_, end - sent_};
  msghdr message{};
  message.msg_iov = &bytes;
  message.msg_iovlen = 1;
  FdSpace space;
  if (withFd) attachFd(message, space, passengers_.front().fd.get());
  const ssize_t count = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (count > 0 && withFd) passengers_.pop_front();
  return count;
}

/// Whether bytes are left that the socket did not take.
bool SocketStream::flush() {
  while (isOpen() && sent_ < queue_.size()) {
    const ssize_t count = sendSome();
    if (count >= 0) {
      sent_ += static_cast<size_t>(count);
    } else if (wouldBlock(errno)) {
      queue_.erase(0, sent_);
      for (auto& passenger : passengers_)
        passenger.at -= sent_;
      sent_ = 0;
      return true;
    } else {
      fail(std::string("writing failed: ") + std::strerror(errno));
    }
  }
  queue_.clear();
  sent_ = 0;
  unwatch(writing_);
  return false;
}

}  // namespace tributary
