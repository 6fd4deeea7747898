#pragma once

#include <functional>
#include <utility>

#include "base/error.h"
#include "glib/json.h"

namespace tributary {

/// The one answer to a request. Call it once, now or later; dropped unanswered, it answers `internal` by
/// itself. Move-only: where a copyable callable is needed, hold it in a std::shared_ptr. Thread: owner.
class Reply {
 public:
  using Send = std::function<void(Result<Json>)>;

  Reply() = default;
  explicit Reply(Send send) : send_(std::move(send)) {}
  Reply(Reply&& other) noexcept : send_(std::exchange(other.send_, nullptr)) {}
  Reply& operator=(Reply&& other) noexcept {
    drop();
    send_ = std::exchange(other.send_, nullptr);
    return *this;
  }
  ~Reply() { drop(); }

  /// A second call does nothing.
  void operator()(Result<Json> result) {
    if (const Send send = std::exchange(send_, nullptr)) send(std::move(result));
  }
  /// Whether the answer is still owed.
  explicit operator bool() const { return static_cast<bool>(send_); }

 private:
  void drop() {
    if (send_) (*this)(fail(ErrorCode::internal, "the request was dropped without an answer"));
  }

  Send send_;
};

}  // namespace tributary
