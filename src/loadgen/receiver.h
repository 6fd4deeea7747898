#pragma once

#include <gst/gst.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "loadgen/latency_meter.h"
#include "loadgen/stream_meter.h"
#include "loadgen/tone_meter.h"
#include "media/opus_codec.h"

namespace tributary::load {

/// What one peer makes of the mix it gets.
enum class Receive {
  /// The video's RTP headers are read where packets come off the socket, and the packets dropped there,
  /// before SRTP: the cheapest, for ways without loss: encrypted packets do not tell key frames, so that one
  /// that is lost costs its own frame only. ICE, DTLS, RTCP and audio are as in any client, but there are no
  /// receiver reports and no NACKs for video.
  count,
  /// Decrypts, reports, asks again for what is lost, and counts what leaves the jitter buffer.
  full,
  /// The same and decodes: reads timecodes, hears tones.
  decode,
};

/// The meters of one peer and the pads they sit on. Lives as long as the pipeline. Thread: streaming where
/// nothing else is said.
class Receiver {
 public:
  struct Setup {
    Receive mode = Receive::count;
    std::string codec = "VP8";
    int videoPayloadType = 96;
    int audioPayloadType = 111;
    std::shared_ptr<LatencyMeter> latency;  ///< for Receive::decode
    std::vector<double> pitches;
    double playout = 0;        ///< seconds that frames are held back for those that come late
    double frameInterval = 0;  ///< seconds between frames of the mix; 0: the commonest of those that come
  };

  explicit Receiver(Setup setup);

  /// On nicesrc's source pad: everything that comes off the socket.
  void watchSocket(GstPad* pad);
  /// Takes a stream of webrtcbin's into `pipeline`.
  void takeStream(GstElement* pipeline, GstPad* pad);

  /// Counting begins anew: from here on frames are missed that do not come. Thread: any.
  void startMeasuring();
  /// Closes the gaps that are open. Thread: any.
  void stopMeasuring();
  /// Where the clock sender is on the canvas, as ratios; width 0: nowhere. Thread: any.
  struct Tile {
    double left = 0, top = 0, width = 0, height = 0;
  };
  void setClockTile(const Tile& tile);

  struct Reading {
    StreamMeter video;
    StreamMeter audio;
    FreezeMeter decoded;  ///< Receive::decode only
    ToneMeter tones;
    int width = 0;
    int height = 0;
  };
  /// Thread: any.
  Reading reading() const;
  uint64_t framesSoFar() const;

 private:
  Reading freshReading() const;
  GstPadProbeReturn onSocketPacket(GstBuffer* packet);
  void onStreamPacket(GstPad* pad, GstBuffer* packet, bool video);
  bool wantsKeyFrame(int64_t now);
  void onPicture(GstSample* sample);
  void onSound(GstBuffer* packet, size_t headerSize);

  Setup setup_;
  mutable std::mutex mutex_;
  std::atomic<bool> measuring_ = false;
  Reading reading_;
  Tile tile_;
  TalkDecoder decoder_;
  SoundPauses pauses_;
  uint32_t newestTimecode_ = 0;
  /// The last frames: RTP time stamp → first packet, and PTS → RTP time stamp.
  struct Arrival {
    uint32_t timestamp = 0;
    int64_t at = 0;
  };
  std::array<Arrival, 64> arrivals_{};
  size_t nextArrival_ = 0;
  struct Stamp {
    GstClockTime pts = GST_CLOCK_TIME_NONE;
    uint32_t timestamp = 0;
  };
  std::array<Stamp, 256> stamps_{};
  size_t nextStamp_ = 0;
  double soundAt_ = 0;   ///< the last packet of sound while measuring, or its begin; seconds
  int64_t askedAt_ = 0;  ///< for a key frame, the last time
  bool begun_ = false;   ///< a key frame's first packet has come; what came before cannot be shown
};

}  // namespace tributary::load
