#pragma once

#include "container/media_file.h"

namespace tributary {

/// The front of a file, in bytes: room for what finishing it adds.
struct MatroskaFront {
  static constexpr size_t seekHeadRoom = 160;
  static constexpr size_t durationRoom = 11;  ///< a Duration element, once known
};

inline constexpr uint64_t videoTrackNumber = 1;
inline constexpr uint64_t audioTrackNumber = 2;
/// ns of a Matroska time stamp.
inline constexpr int64_t matroskaTick = 1'000'000;

/// WebM and MKV: a segment of unknown size, clusters of known size, nothing that would have to be written
/// back to.
class MatroskaWriter : public MediaWriter {
 public:
  explicit MatroskaWriter(Container container) : container_(container) {}
  std::string header(const MediaTracks& tracks) override;
  std::string add(MediaPacket packet) override;
  std::string flush() override;

 private:
  Container container_;
  bool hasVideo_ = false;
  std::string blocks_;
  int64_t clusterStart_ = -1;  ///< ms
};

}  // namespace tributary
