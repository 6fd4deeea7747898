#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace tributary {

/// Files that recordings are written to: Matroska, its subset WebM, and fragmented MP4. While it grows a file
/// is only ever appended to, in whole clusters or fragments, so whoever writes it may be killed at any
/// moment; finishMediaFile() makes it a file with duration and seek index, in place.
enum class Container { webm, mkv, mp4 };

/// "webm", "mkv", "mp4": also the file's extension.
std::string_view toString(Container container);
std::optional<Container> containerFromString(std::string_view name);
/// The media type to serve it as.
std::string_view mediaType(Container container);
/// Whether it can hold that video codec ("VP8", "VP9", "H264"). The sound is always Opus.
bool canHold(Container container, std::string_view codec);

struct MediaTracks {
  struct Video {
    std::string codec;
    int width = 0;
    int height = 0;
    int framerate = 25;
    std::vector<uint8_t> config;  ///< H.264: an AVCDecoderConfigurationRecord; else empty
    bool operator==(const Video&) const = default;
  };
  std::optional<Video> video;
  int preSkip = 312;  ///< Opus: samples at 48 kHz that the decoder swallows (RFC 7845, 4.2)
};

struct MediaPacket {
  enum class Kind { video, audio };
  Kind kind = Kind::audio;
  int64_t time = 0;      ///< ns since the start of the file
  int64_t duration = 0;  ///< ns
  bool keyFrame = true;
  std::vector<uint8_t> data;  ///< H.264 as length-prefixed units (toLengthPrefixed())
};

/// Makes the bytes of a growing file. Pure.
class MediaWriter {
 public:
  virtual ~MediaWriter() = default;
  virtual std::string header(const MediaTracks& tracks) = 0;
  /// What to append now: nothing, or clusters that are complete with this packet. Packets come in order of
  /// time over both tracks; a cluster ends with a key frame or after `clusterTime`.
  virtual std::string add(MediaPacket packet) = 0;
  /// What has been collected so far, as a complete cluster.
  virtual std::string flush() = 0;
};

/// ns: at most so much is lost of a file whose writer is killed, on top of what waits in its queue.
inline constexpr int64_t clusterTime = 500'000'000;

std::unique_ptr<MediaWriter> makeMediaWriter(Container container);

struct Chapter {
  int64_t time = 0;  ///< ns since the start of the file
  std::string title;
};

using FinishProgress = std::function<void(double)>;

struct FinishedMedia {
  int64_t duration = 0;   ///< ns
  int64_t bytes = 0;      ///< the file's size afterwards
  int64_t discarded = 0;  ///< bytes of a torn end that were cut off
  bool indexed = true;    ///< false: no room on the disk for the index; the file plays, seeking is slow
};

/// Cuts off a torn end and adds duration, seek index and chapters (none after the end), in place; may be done
/// again, and after a crash in the middle of itself. `fd` is open for reading and writing. Errors: badRequest
/// for what is no such file or has not one whole cluster, internal for the disk's own. Blocks; any thread.
/// `progress` gets 0 to 1, as the file is read.
Result<FinishedMedia> finishMediaFile(int fd, Container container, const std::vector<Chapter>& chapters,
                                      const FinishProgress& progress = {});

}  // namespace tributary
