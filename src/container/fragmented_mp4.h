#pragma once

#include <string_view>

#include "container/media_file.h"

namespace tributary {

inline constexpr uint32_t mp4VideoTrack = 1;
inline constexpr uint32_t mp4AudioTrack = 2;
inline constexpr uint32_t mp4VideoScale = 90'000;
inline constexpr uint32_t mp4AudioScale = 48'000;
inline constexpr uint32_t mp4MovieScale = 1'000;

/// An MP4 box (ISO/IEC 14496-12).
std::string mp4Box(std::string_view type, std::string_view payload);
std::string mp4FullBox(std::string_view type, uint8_t version, uint32_t flags, std::string_view payload);
std::string mp4Number(uint64_t value, size_t bytes);

/// Fragmented MP4 with H.264 and Opus: the head, then a `moof` and an `mdat` for each half second.
class FragmentedMp4 : public MediaWriter {
 public:
  std::string header(const MediaTracks& tracks) override;
  std::string add(MediaPacket packet) override;
  std::string flush() override;

 private:
  static std::string trackFragment(uint32_t track, uint32_t scale, const std::vector<MediaPacket>& packets,
                                   size_t dataOffset);

  std::vector<MediaPacket> video_;
  std::vector<MediaPacket> audio_;
  int64_t start_ = -1;  ///< ns
  uint32_t sequence_ = 0;
};

}  // namespace tributary
