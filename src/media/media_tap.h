#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace tributary {

/// A frame as a rendition's encoder gave it. `data` and `codec` are good during the call only.
struct EncodedFrame {
  std::string_view codec;  ///< "VP8"
  int width = 0;
  int height = 0;
  int framerate = 25;
  int64_t pts = 0;  ///< ns on the room's clock: the canvas tick
  bool keyFrame = false;
  std::span<const uint8_t> data;  ///< H.264 as Annex B
};

/// Gets what a rendition encodes, before it is payloaded. Thread: the encoder's; must not block.
class VideoTap {
 public:
  virtual ~VideoTap() = default;
  virtual void onVideo(const EncodedFrame& frame) = 0;
};

/// Gets the mix of everybody, 20 ms of mono Opus at a time. Thread: the audio mixer's; must not block.
class AudioTap {
 public:
  virtual ~AudioTap() = default;
  virtual void onAudio(int64_t pts, std::span<const uint8_t> opus) = 0;
};

}  // namespace tributary
