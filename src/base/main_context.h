#pragma once

#include <chrono>
#include <functional>
#include <utility>

typedef struct _GMainContext GMainContext;

namespace tributary {

/// The one GMainContext that owns all state of a process.
namespace main_context {

/// Makes the calling thread the owner: assertOwner() compares with it from now on.
void claim();

/// Aborts when the caller is not the owner's thread: that is a bug of ours.
void assertOwner();

/// Runs `work` on the owner's thread, after what was posted before. Thread: any.
void post(std::function<void()> work);
/// The same on the thread that runs `context` (null: the owner's), once `delay` is over. Thread: any.
void postTo(GMainContext* context, std::function<void()> work, std::chrono::milliseconds delay = {});

}  // namespace main_context

/// A timer on the owner's context that ends with the object. Thread: owner.
class Timer {
 public:
  Timer() = default;
  ~Timer() { stop(); }
  Timer(Timer&& other) noexcept : id_(std::exchange(other.id_, 0)) {}
  Timer& operator=(Timer&& other) noexcept {
    stop();
    id_ = std::exchange(other.id_, 0);
    return *this;
  }

  /// Calls `work` once; the timer may be restarted or destroyed from inside it.
  static Timer once(std::chrono::milliseconds delay, std::function<void()> work);
  /// Calls `work` again and again until stopped.
  static Timer every(std::chrono::milliseconds interval, std::function<void()> work);

  void stop();
  /// Whether it was started and not stopped; a `once` that has fired still counts as running.
  bool running() const { return id_ != 0; }

 private:
  explicit Timer(unsigned id) : id_(id) {}
  unsigned id_ = 0;
};

}  // namespace tributary
