#include "ipc/socket_stream.h"

#include <glib-unix.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/main_context.h"

namespace tributary {
namespace {

bool wouldBlock(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
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
  const ssize_t count = ::recv(fd_.get(), piece.data(), piece.size(), MSG_DONTWAIT);
  if (count > 0) {
    handlers_.onBytes(std::string_view(piece.data(), static_cast<size_t>(count)));
  } else if (count == 0) {
    fail("the other side closed it");
  } else if (!wouldBlock(errno)) {
    fail(std::string("reading failed: ") + std::strerror(errno));
  }
  return isOpen();
}

void SocketStream::write(std::string_view bytes) {
  if (!isOpen()) return;
  queue_ += bytes;
  if (queue_.size() - sent_ > maxQueuedBytes_) {
    fail("the other side does not read: " + std::to_string(queue_.size() - sent_) + " bytes wait for it");
    return;
  }
  if (writing_ == nullptr && flush()) {
    watch(writing_, G_IO_OUT | G_IO_ERR, &SocketStream::flush);
  }
}

/// Whether bytes are left that the socket did not take.
bool SocketStream::flush() {
  while (isOpen() && sent_ < queue_.size()) {
    const ssize_t count =
        ::send(fd_.get(), queue_.data() + sent_, queue_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count >= 0) {
      sent_ += static_cast<size_t>(count);
    } else if (wouldBlock(errno)) {
      queue_.erase(0, sent_);
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
