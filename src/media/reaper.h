#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "glib/object_ptr.h"

typedef struct _GstElement GstElement;

namespace tributary {

/// Takes pipelines down on a thread of its own: going to NULL joins streaming threads and may hang, and
/// neither the owner's thread nor a streaming thread may wait for that.
class Reaper {
 public:
  Reaper();
  /// Waits for what was handed over, at most `patience`; then leaves the thread behind and logs it.
  ~Reaper();

  struct Work {
    ObjectPtr<GstElement> pipeline;
    std::shared_ptr<void> keptUntilThen;  ///< what its callbacks point to
    std::function<void()> beforeStop;     ///< run on the reaper's thread; may be empty
    std::function<void()> onceStopped;  ///< run before it is let go of, on the reaper's thread; may be empty
  };

  /// Sets the pipeline to NULL and lets go of it. The caller has disconnected its signals. Thread: any.
  void take(Work work);

  /// How long the pipeline in hand has been at it; zero when idle. More than a few seconds means a hang.
  std::chrono::milliseconds stuckFor() const;

  static constexpr std::chrono::seconds patience{5};

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace tributary
