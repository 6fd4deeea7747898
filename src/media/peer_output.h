#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/priority_mutex.h"
#include "media/rtp_rewriter.h"
#include "media/send_stream.h"

typedef struct _GstBuffer GstBuffer;
typedef struct _GstBufferList GstBufferList;

namespace tributary {

/// Where the mix leaves for one peer: what renditions and the audio mixer hold of it. Drops everything
/// until the peer is open (connected and its certificate checked) and after it was closed. Never blocks:
/// behind it are queues that drop the oldest. Thread: any.
class PeerOutput {
 public:
  struct Stream {
    std::shared_ptr<SendStream> out;
    RtpRewriter rewriter;
  };

  void setVideo(Stream stream);
  void setAudio(Stream stream);
  /// From now on packets pass.
  void open();
  /// For good.
  void close();
  bool isOpen() const;

  /// The rendition that this peer is to see, from its next key frame on; until then the present one goes on.
  /// `mute`: none of the present one's either. Whether it waits for a key frame: not where it is the present
  /// one, and nothing of that was left out.
  bool expectVideo(uint64_t source, bool mute = false);
  /// Nothing of the picture until the next expectVideo(), and a key frame of that.
  void muteVideo();
  /// That rendition feeds this peer no more (0: none does). Should it come back, it begins with a key frame,
  /// its numbers where they were left.
  void leaveVideo(uint64_t source = 0);
  /// Whether that packet of the picture is of no use any more: of a rendition that was left of late, or while
  /// none is to be sent. By its number, as the peer knows it.
  bool isPast(uint16_t sequence) const;
  /// The rendition that it sees; 0 is none yet.
  uint64_t videoSource() const;
  /// RTP of a rendition, made once for all. `source` tells renditions apart: a change of it keeps the
  /// stream continuous, and starts with a key frame (`keyFrame` says this list begins one).
  void sendVideo(GstBufferList* packets, uint64_t source, bool keyFrame);
  /// One Opus packet of 20 ms.
  void sendAudio(GstBuffer* packet, const void* source);

  struct Counters {
    uint64_t packets = 0;
    uint64_t bytes = 0;
  };
  Counters video() const;
  Counters audio() const;

  /// The last packets of the picture, as the peer knows them.
  struct RecentVideo {
    uint32_t ssrc = 0;
    std::vector<RtpRewriter::Sent> packets;
  };
  RecentVideo recentVideo() const;

 private:
  void begin(uint64_t source);

  mutable PriorityMutex mutex_;
  bool open_ = false;
  bool closed_ = false;
  std::optional<Stream> video_;
  std::optional<Stream> audio_;
  uint64_t videoSource_ = 0;
  uint64_t expectedSource_ = 0;
  bool muted_ = false;          ///< until the expected one begins
  bool apart_ = false;          ///< packets of the present one were left out, so it is as good as another
  uint16_t firstSequence_ = 0;  ///< of the rendition that it sees
  int64_t switchedAt_ = 0;      ///< by monotonicNow(); 0: never
  const void* audioSource_ = nullptr;
  Counters videoCounters_;
  Counters audioCounters_;
};

}  // namespace tributary
