#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "media/picture.h"

typedef struct _GstMemory GstMemory;

namespace tributary::load {

/// What a camera sends.
struct CameraSpec {
  int person = 0;
  std::string codec = "VP8";
  int width = 640;  ///< even
  int height = 360;
  int framerate = 25;
  int bitrate = 600'000;  ///< bit/s

  auto operator<=>(const CameraSpec&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// RTP payloads of one encoded frame, in order. Shared: a sender puts its own headers before them.
struct CodedFrame {
  std::vector<std::shared_ptr<GstMemory>> payloads;
};

/// A camera's picture, encoded once and sent by as many peers as look like it. The first frame is a key
/// frame and the only one: whoever is asked for one starts over.
struct Clip {
  CameraSpec spec;
  std::vector<CodedFrame> frames;
};

/// Seconds of a loop: long enough for delta frames to rule the bitrate.
inline constexpr int loopSeconds = 6;

/// Takes some hundred milliseconds of CPU. Thread: any.
Result<std::shared_ptr<const Clip>> encodeClip(const CameraSpec& spec);

/// Encoded clips by what they show.
class ClipStore {
 public:
  /// Encodes on the caller's thread if it must. Thread: any.
  Result<std::shared_ptr<const Clip>> get(const CameraSpec& spec);
  /// `ready` is called with the clip, on a thread of its own since it may have to be encoded.
  /// Thread: owner.
  void getLater(const CameraSpec& spec, const std::function<void(std::shared_ptr<const Clip>)>& ready);

 private:
  std::mutex mutex_;  ///< held while encoding: each clip is made once
  std::map<CameraSpec, std::shared_ptr<const Clip>> clips_;
  std::vector<std::jthread> workers_;  ///< last: they use all of the above. Thread: owner
};

}  // namespace tributary::load
