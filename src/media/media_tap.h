#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tributary {

/// A frame as a rendition's encoder gave it. `data` and `codec` are good during the call only.
struct EncodedFrame {
  uint64_t source = 0;     ///< Rendition::id()
  std::string_view codec;  ///< "VP8"
  int width = 0;
  int height = 0;
  int framerate = 25;
  int64_t pts = 0;  ///< ns on the room's clock: the canvas tick
  bool keyFrame = false;
  std::span<const uint8_t> data;  ///< H.264 as Annex B
};

/// Gets what a rendition encodes, before it is payloaded; of two at a time while it goes from one to the
/// other.
class VideoTap {
 public:
  virtual ~VideoTap() = default;
  /// The rendition to take, from its next key frame on; until then the present one goes on. Thread: owner.
  virtual void expectVideo(uint64_t source) = 0;
  /// The one that it takes; 0 is none yet. Thread: any.
  virtual uint64_t videoSource() const = 0;
  /// That one begins to encode the canvas of `pts` as a key frame: the present one's of that time is not
  /// needed. Thread: the mixer's; must not block.
  virtual void onKeyFrameAhead(uint64_t source, int64_t pts) = 0;
  /// Thread: the encoder's; must not block.
  virtual void onVideo(const EncodedFrame& frame) = 0;
};

/// Gets the mix of everybody, 20 ms of mono Opus at a time. Thread: the audio mixer's; must not block.
class AudioTap {
 public:
  virtual ~AudioTap() = default;
  virtual void onAudio(int64_t pts, std::span<const uint8_t> opus) = 0;
};

}  // namespace tributary
