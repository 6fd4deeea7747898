#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "media/canvas_buffer.h"

namespace tributary {

/// The canvas as a JPEG. However many ask, at most one canvas every `minInterval` is encoded, on GLib's pool;
/// those who ask meanwhile get the same picture. Thread: owner, but for offer().
class Snapshot {
 public:
  using Done = std::function<void(const Result<std::string>& jpeg)>;

  static constexpr int64_t minInterval = 200'000'000;  ///< ns
  static constexpr int quality = 85;  ///< libjpeg's scale: no artefact in names, 100 to 200 KB

  explicit Snapshot(const CanvasFormat& format) : format_(format), shared_(std::make_shared<Shared>()) {}
  /// Whoever waits is answered `internal`: the canvas is another, or the room closed.
  ~Snapshot();

  /// `done` is called once.
  void request(Done done);

  /// Looks whether this canvas is wanted. Thread: the mixer's.
  void offer(GstBuffer* canvas);

 private:
  struct Shared {
    std::atomic<bool> wanted = false;
    Snapshot* owner = nullptr;  ///< null once it has gone; owner's thread only
  };

  void finished(const Result<std::string>& jpeg);

  CanvasFormat format_;
  std::vector<Done> waiting_;
  Result<std::string> last_ = std::string();
  int64_t lastAt_ = -minInterval;
  std::shared_ptr<Shared> shared_;
};

}  // namespace tributary
