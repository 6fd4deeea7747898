#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "container/media_file.h"

namespace tributary {

/// Something that was to be recorded, with its time on the room's clock.
struct RecordedPacket {
  MediaPacket packet;        ///< `time` is the room's clock
  MediaTracks::Video video;  ///< what it is, of a key frame
  bool afterLoss = false;    ///< of its kind some were dropped right before it
};

/// From two streams on the room's clock to one file's packets: in order of time, starting with a key frame,
/// without the pauses, sound without holes. Pure, one thread.
class RecordingTimeline {
 public:
  explicit RecordingTimeline(bool hasVideo) : hasVideo_(hasVideo) {}

  struct Out {
    MediaPacket packet;                         ///< `time` since the start of the recording, pauses left out
    const MediaTracks::Video* video = nullptr;  ///< of a key frame
  };
  using Sink = std::function<void(Out)>;

  /// Takes a packet, gives those whose turn has come. A key frame may be of another encoder than the picture
  /// before it, and of the same canvas: it takes that one's place, or comes right behind it.
  void add(RecordedPacket packet, const Sink& sink);
  /// Gives all that waits, but sound whose pictures are still being encoded.
  void drain(const Sink& sink);

  void pause() { pauseWanted_ = true; }
  /// Goes on at the next key frame.
  void resume() { pauseWanted_ = false; }

  struct Gap {
    int64_t from = 0;  ///< ns since the start of the recording
    int64_t to = 0;
    MediaPacket::Kind kind = MediaPacket::Kind::video;
  };
  /// Holes in what came; sound is silent there, the picture stands still. Taken by this.
  std::vector<Gap> takeGaps() { return std::exchange(gaps_, {}); }

  bool started() const { return started_; }
  /// ns recorded so far.
  int64_t duration() const { return end_; }
  /// ns by which the sound, counted in samples, and its time stamps differ most.
  int64_t worstSkew() const { return worstSkew_; }
  uint64_t filledPackets() const { return filled_; }
  /// Pictures that the frame rate wanted and nobody made; a player shows the one before for longer.
  uint64_t missingFrames() const { return missing_; }

  /// ns: how long one stream waits for the other, which may be slow (the encoder) or dead.
  static constexpr int64_t patience = 400'000'000;

 private:
  void endWithPicture();
  bool takeNext(RecordedPacket& out, bool all);
  void place(RecordedPacket next, const Sink& sink);
  bool beginWith(const RecordedPacket& next);
  void fillSound(int64_t until, const Sink& sink);
  void noteHole(const RecordedPacket& next);
  void give(RecordedPacket& next, const Sink& sink);

  const bool hasVideo_;
  std::deque<RecordedPacket> video_;
  std::deque<RecordedPacket> audio_;
  bool pauseWanted_ = false;
  bool running_ = false;  ///< false before the first key frame and in a pause
  bool started_ = false;
  int64_t origin_ = 0;  ///< the room's time that is 0, moved on by each pause
  int64_t end_ = 0;
  int64_t nextSound_ = -1;   ///< room's time; −1: nothing to go by
  int64_t lastVideo_ = -1;   ///< end of the last picture
  int64_t lastGiven_ = -1;   ///< its beginning
  int64_t soundStart_ = -1;  ///< file time of the first packet since the last break
  int64_t soundCount_ = 0;   ///< packets since then
  int64_t worstSkew_ = 0;
  uint64_t filled_ = 0;
  uint64_t missing_ = 0;
  std::vector<Gap> gaps_;
};

}  // namespace tributary
