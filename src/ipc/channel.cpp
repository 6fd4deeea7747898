#include "ipc/channel.h"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <map>
#include <optional>

#include "base/log.h"
#include "base/main_context.h"
#include "ipc/framing.h"
#include "ipc/socket_stream.h"

namespace tributary {
namespace {

Json errorObject(const Error& error) {
  return Json::object({{"code", toString(error.code)}, {"message", error.message}});
}

Error errorFrom(const Json& object) {
  return Error{errorCodeFromString(object["code"].stringOr("internal")),
               object["message"].stringOr("the other side gave no reason")};
}

}  // namespace

/// Shared, so that replies that are still owed and a handler that destroys the Channel stay harmless.
class Channel::Impl : public std::enable_shared_from_this<Impl> {
 public:
  explicit Impl(Handlers handlers) : handlers_(std::move(handlers)) {}

  void open(UniqueFd fd) {
    const std::weak_ptr<Impl> weak = weak_from_this();
    SocketStream::Handlers handlers;
    handlers.onBytes = [weak](std::string_view bytes) {
      if (const auto self = weak.lock()) self->receive(bytes);
    };
    handlers.onFd = [weak](UniqueFd passed) {
      if (const auto self = weak.lock()) self->fds_.push_back(std::move(passed));
    };
    handlers.onEnd = [weak](const std::string& reason) {
      if (const auto self = weak.lock()) self->ended(reason);
    };
    stream_ = SocketStream::open(std::move(fd), maxQueuedBytes, std::move(handlers));
  }

  bool isOpen() const { return stream_->isOpen(); }
  UniqueFd takeFd() { return std::move(passed_); }

  void request(const std::string& method, Json params, std::chrono::milliseconds deadline, Done done,
               UniqueFd fd) {
    const int64_t id = ++lastId_;
    const std::weak_ptr<Impl> weak = weak_from_this();
    auto expire = [weak, id, method] {
      if (const auto self = weak.lock()) {
        self->settle(id, fail(ErrorCode::timeout, "no answer to \"" + method + "\" in time"));
      }
    };
    pending_.emplace(id, Pending{std::move(done), Timer::once(deadline, expire)});
    Json message = Json::object({{"id", id}, {"method", method}, {"params", std::move(params)}});
    if (fd) message.set("fd", true);
    const auto sent = send(message, std::move(fd));
    if (sent) return;
    main_context::post([weak, id, error = sent.error()] {
      if (const auto self = weak.lock()) self->settle(id, tl::unexpected(error));
    });
  }

  void notify(const std::string& event, const Json& fields) {
    Json message = Json::object({{"event", event}});
    for (const auto& key : fields.keys())
      message.set(key, fields[key]);
    if (const auto sent = send(message); !sent && isOpen()) {
      log::error("channel.notifyFailed", {{"name", event}, {"error", sent.error().message}});
    }
  }

  void close() {
    stream_->close();
    handlers_ = {};
    failPending("the channel was closed");
  }

 private:
  struct Pending {
    Done done;
    Timer timer;
  };

  Result<void> send(const Json& message, UniqueFd fd = {}) {
    if (!isOpen()) return fail(ErrorCode::internal, "the channel is closed");
    const auto frame = encodeFrame(message.dump());
    if (!frame) return tl::unexpected(frame.error());
    stream_->write(*frame, std::move(fd));
    return {};
  }

  void receive(std::string_view bytes) {
    reader_.append(bytes);
    while (isOpen()) {
      auto frame = reader_.next();
      if (!frame) return stream_->fail("broken frame: " + frame.error().message);
      if (!*frame) return;
      if (const auto handled = handle(**frame); !handled) {
        return stream_->fail("broken message: " + handled.error().message);
      }
    }
  }

  Result<void> handle(const std::string& frame) {
    const auto message = Json::parse(frame);
    if (!message) return tl::unexpected(message.error());
    const auto method = (*message)["method"].string();
    const auto event = (*message)["event"].string();
    const auto replyTo = (*message)["replyTo"].integer();
    if (method) return handleRequest(*method, *message);
    if (replyTo) return handleReply(*replyTo, *message);
    if (!event) return fail(ErrorCode::badRequest, "neither method, replyTo nor event");
    if (const auto onEvent = handlers_.onEvent) onEvent(*event, *message);
    return {};
  }

  Result<void> handleRequest(const std::string& method, const Json& message) {
    const auto id = message["id"].integer();
    if (!id) return fail(ErrorCode::badRequest, "a request without a numeric id");
    auto fd = fdOf(message);
    if (!fd) return tl::unexpected(fd.error());
    passed_ = std::move(*fd);
    Reply reply([weak = weak_from_this(), id = *id](const Result<Json>& result) {
      if (const auto self = weak.lock()) self->answer(id, result);
    });
    if (const auto onRequest = handlers_.onRequest) {
      onRequest(method, message["params"], std::move(reply));
    } else {
      reply(fail(ErrorCode::notFound, "this side answers no requests"));
    }
    passed_.reset();
    return {};
  }

  /// The descriptor that came with a message: it is there before the message's last byte is.
  Result<UniqueFd> fdOf(const Json& message) {
    if (!message["fd"].booleanOr(false)) return UniqueFd();
    if (fds_.empty()) return fail(ErrorCode::badRequest, "a file descriptor is announced but did not come");
    UniqueFd fd = std::move(fds_.front());
    fds_.pop_front();
    return fd;
  }

  Result<void> handleReply(int64_t id, const Json& message) {
    if (id < 1 || id > lastId_) return fail(ErrorCode::badRequest, "a reply to a request never made");
    if (message.has("error")) {
      settle(id, tl::unexpected(errorFrom(message["error"])));
    } else {
      settle(id, message["result"]);
    }
    return {};
  }

  void answer(int64_t id, const Result<Json>& result) {
    Json message = Json::object({{"replyTo", id}});
    if (result) {
      message.set("result", *result);
    } else {
      message.set("error", errorObject(result.error()));
    }
    const auto sent = send(message);
    if (!sent && isOpen()) answer(id, tl::unexpected(sent.error()));
  }

  /// Late replies find nothing and are dropped: their request has timed out.
  void settle(int64_t id, Result<Json> result) {
    auto node = pending_.extract(id);
    if (!node.empty()) node.mapped().done(std::move(result));
  }

  void failPending(const std::string& reason) {
    auto pending = std::exchange(pending_, {});
    for (auto& [id, entry] : pending) {
      entry.timer.stop();
      entry.done(fail(ErrorCode::internal, reason));
    }
  }

  void ended(const std::string& reason) {
    failPending("the channel closed: " + reason);
    if (const auto onClosed = handlers_.onClosed) onClosed(reason);
  }

  Handlers handlers_;
  std::shared_ptr<SocketStream> stream_;
  FrameReader reader_;
  std::deque<UniqueFd> fds_;  ///< come, and not taken by a message yet
  UniqueFd passed_;           ///< with the request that is being handled
  std::map<int64_t, Pending> pending_;
  int64_t lastId_ = 0;
};

Channel::Channel(UniqueFd fd, Handlers handlers) : impl_(std::make_shared<Impl>(std::move(handlers))) {
  impl_->open(std::move(fd));
}

Channel::~Channel() {
  if (impl_) impl_->close();
}

Channel::Channel(Channel&&) noexcept = default;

Channel& Channel::operator=(Channel&& other) noexcept {
  if (impl_ && impl_ != other.impl_) impl_->close();
  impl_ = std::move(other.impl_);
  return *this;
}

void Channel::request(const std::string& method, Json params, std::chrono::milliseconds deadline, Done done,
                      UniqueFd fd) {
  main_context::assertOwner();
  impl_->request(method, std::move(params), deadline, std::move(done), std::move(fd));
}

UniqueFd Channel::takeFd() {
  return impl_->takeFd();
}

void Channel::notify(const std::string& event, const Json& fields) {
  main_context::assertOwner();
  impl_->notify(event, fields);
}

void Channel::close() {
  main_context::assertOwner();
  impl_->close();
}

bool Channel::isOpen() const {
  return impl_ && impl_->isOpen();
}

Result<Channel::Pair> Channel::socketPair() {
  int fds[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) {
    return fail(ErrorCode::internal, std::string("no socketpair: ") + std::strerror(errno));
  }
  return Pair{UniqueFd(fds[0]), UniqueFd(fds[1])};
}

}  // namespace tributary
