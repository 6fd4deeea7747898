#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace tributary::load {

/// Counts freezes as webrtc-stats defines freezeCount: the time between two frames is at least the larger of
/// three times the mean and the mean plus 150 ms, the mean being of the last 30 such times. What passes from
/// the beginning of measuring to the first frame, and from the last to the end, is such a time too, but in no
/// mean. Seconds. Pure.
class FreezeMeter {
 public:
  static constexpr double unknownInterval = 0.1;

  /// Frames are missed from then on; without it from the first. `usual`: stands for the mean while there is
  /// none. `grace`: so much later the first may come and leave no gap.
  void begin(double at, double usual = unknownInterval, double grace = 0);
  void frame(double at);
  /// Nothing has come since the last frame. Once, and no frame after it.
  void end(double at);

  uint64_t frames = 0;
  uint64_t freezes = 0;
  double frozenSeconds = 0;
  double longestGap = 0;
  double firstAt = 0;  ///< the first frame
  double lastAt = 0;   ///< the last frame; before there is one, the beginning
  /// Largest gap that touches each second since the beginning: a row of the freeze map.
  std::vector<float> gapBySecond;

 private:
  void closeGap(double at);

  bool begun_ = false;
  double beganAt_ = 0;
  double usual_ = unknownInterval;
  std::deque<double> recent_;
  double sum_ = 0;
};

/// One received RTP stream, from its packets in the order they come out of a jitter buffer (or off the wire
/// where there is no loss). Not thread safe. Pure.
class StreamMeter {
 public:
  /// `playout`: seconds that a player holds each frame back for those that come late, counted from the
  /// quickest; a frame that is later yet is shown at once.
  /// `keyFramesKnown`: false where packets are encrypted: no key frame is seen then, and a frame that came
  /// incomplete costs itself only.
  explicit StreamMeter(double playout, bool keyFramesKnown = true)
      : playout_(playout), keyFramesKnown_(keyFramesKnown) {}
  StreamMeter() = default;

  struct Packet {
    double at = 0;  ///< seconds
    uint16_t sequence = 0;
    uint32_t timestamp = 0;
    bool marker = false;
    size_t bytes = 0;
    bool startsKeyFrame = false;
    int height = 0;  ///< of the picture, in the first packet of a key frame; 0: not known
  };
  /// Frames are missed from then on, one every `interval` seconds; 0: at the commonest distance of those that
  /// come.
  void begin(double at, double interval);
  void packet(const Packet& packet);
  /// Once, and no packet after it.
  void end(double at);

  double beganAt() const { return beganAt_; }
  uint64_t packets = 0;
  uint64_t bytes = 0;
  uint64_t lost = 0;
  uint64_t damagedFrames = 0;  ///< came incomplete, or after one that did and before a key frame
  uint64_t keyFrames = 0;
  /// Another height of picture than before.
  struct Resize {
    double at;
    int height;
  };
  std::vector<Resize> resizes;  ///< the first picture's too
  /// Whether nothing can be shown before another key frame.
  bool waitsForKey() const { return waitsForKey_; }
  FreezeMeter shown;  ///< the frames a decoder could show
  /// Frames that there was a place for: from the first to the last by the sender's clock, and by ours from
  /// the beginning to the end, within the one more or less that either may hold and those that a player holds
  /// back. 0: the interval is not known.
  uint64_t expectedFrames() const;

 private:
  void endFrame(const Packet& last);
  double shownAt(double at);
  double interval() const;

  double playout_ = 0;
  bool keyFramesKnown_ = true;
  double beganAt_ = 0;
  std::optional<double> endedAt_;
  double interval_ = 0;             ///< seconds, as told
  std::optional<double> quickest_;  ///< arrival less the time stamp, seconds
  std::optional<uint16_t> lastSequence_;
  std::optional<uint32_t> lastTimestamp_;
  std::optional<uint32_t> lastFrame_;   ///< its time stamp
  uint64_t ticks_ = 0;                  ///< of the RTP clock, first to last frame
  std::map<uint32_t, uint64_t> steps_;  ///< between frames, in ticks: the commonest is the frame interval
  bool damaged_ = false;
  bool waitsForKey_ = false;
  bool key_ = false;
  int height_ = 0;  ///< of the key frame in hand
};

/// Sound that is not sent where nothing is heard (RFC 7587, 3.1.3): the clock runs on, no number is missing,
/// and the first packet after it is marked. What a sender was too slow for is none. Pure.
class SoundPauses {
 public:
  /// Seconds of all pauses before that packet, which comes next.
  double before(uint16_t sequence, uint32_t timestamp, bool marker);
  /// Of all so far.
  double total() const { return total_; }

 private:
  std::optional<uint16_t> lastSequence_;
  uint32_t lastTimestamp_ = 0;
  double total_ = 0;
};

/// Lines of the picture whose key frame an RTP payload of VP8 begins; 0 for anything else. Pure.
int heightOfKeyFrame(const char* codec, const uint8_t* payload, size_t size);

/// Whether an RTP payload of that codec ("VP8", "H264", "VP9") begins a key frame. Pure.
bool startsKeyFrame(const char* codec, const uint8_t* payload, size_t size);

}  // namespace tributary::load
