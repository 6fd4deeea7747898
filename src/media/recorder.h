#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/main_context.h"
#include "base/priority_mutex.h"
#include "base/unique_fd.h"
#include "container/media_file.h"
#include "media/media_tap.h"
#include "media/recording_timeline.h"

namespace tributary {

/// Writes a rendition's frames and the mix's packets to files, from a thread of its own. What taps it never
/// waits: packets go to a bounded queue, and a disk that does not take them ends the recording, not the call.
///
/// Each file is only appended to, in whole clusters (container/media_file.h); finishing it is the server's.
///
/// Teardown: (1) the owner takes it off the rendition and the mixer, (2) stop() or the destructor writes what
/// is queued, waiting at most `drainTime`; a thread that hangs in the disk is left to itself.
///
/// Thread: owner, but for the taps.
class Recorder : public VideoTap, public AudioTap {
 public:
  struct Settings {
    Container container = Container::webm;
    bool hasVideo = true;
    int preSkip = 312;                           ///< of the mix's Opus encoder
    size_t queueBytes = 8 * 1024 * 1024;         ///< 40 s at 1.5 Mbit/s; the age ends it long before
    std::chrono::milliseconds stallLimit{1200};  ///< the disk takes nothing for so long: it has failed
  };
  struct Callbacks {
    std::function<void()> onStarted;  ///< the first packet is on its way
    /// Pictures of another size or other H.264 parameters have come: they wait for nextPart(), for
    /// `partPatience` at most, then the present file gets them.
    std::function<void()> onFormatChanged;
    /// From now on that file is written; it begins at `start` (ns) of the recording.
    std::function<void(int part, int64_t start)> onPart;
    /// The queue was full: pictures are dropped up to the next key frame, which is wanted soon.
    std::function<void()> onKeyFrameWanted;
    std::function<void(const std::string& reason)> onFailed;  ///< once; nothing more is written
  };

  Recorder(UniqueFd file, Settings settings, Callbacks callbacks);
  ~Recorder() override;

  void expectVideo(uint64_t source) override;
  uint64_t videoSource() const override;
  void onKeyFrameAhead(uint64_t source, int64_t pts) override;
  void onVideo(const EncodedFrame& frame) override;
  void onAudio(int64_t pts, std::span<const uint8_t> opus) override;

  /// Goes on in `file` from the first picture that waits for it on, or from the next key frame; ask for one.
  void nextPart(UniqueFd file);
  void pause();
  /// From the next key frame on; ask for one.
  void resume();
  /// Writes what is queued, closes the file. `done` is called once; `clean` is false when it had to be left.
  void stop(std::function<void(bool clean)> done);

  struct Progress {
    int part = 1;
    int64_t bytes = 0;                         ///< of the present part
    int64_t duration = 0;                      ///< ns, all parts
    int64_t partStart = 0;                     ///< ns, of the recording
    uint64_t frames = 0;                       ///< pictures written
    uint64_t missing = 0;                      ///< pictures that never came, see RecordingTimeline
    uint64_t packetsLost = 0;                  ///< dropped since the queue was full
    uint64_t silence = 0;                      ///< packets of sound that were made up
    double skewMs = 0;                         ///< see RecordingTimeline::worstSkew()
    std::vector<RecordingTimeline::Gap> gaps;  ///< since the last call
  };
  Progress takeProgress();
  /// ns recorded so far, all parts.
  int64_t duration() const;

  static constexpr std::chrono::milliseconds drainTime{2000};
  static constexpr std::chrono::milliseconds partPatience{2000};  ///< of the recording's time

 private:
  class Core;

  void check();
  void fail(const std::string& reason);
  void stopped(bool clean);

  bool takes(const EncodedFrame& frame);
  void queueVideo(RecordedPacket packet);

  std::shared_ptr<Core> core_;
  mutable PriorityMutex sourceMutex_;  ///< held while a frame goes to the queue: the last one of one source
  uint64_t source_ = 0;                ///< comes before the first one of the next
  uint64_t expectedSource_ = 0;
  int64_t switchAt_ = -1;  ///< ns: the expected one's first picture; −1: not known
  bool videoLost_ =
      false;  ///< what comes before a key frame refers to a dropped picture; by sourceMutex_ too
  bool soundLost_ = false;  ///< the mixer's thread alone
  Callbacks callbacks_;
  std::chrono::milliseconds stallLimit_;
  std::function<void(bool)> onStopped_;
  bool ended_ = false;
  Timer watchdog_;
  int writingSeen_ = 0;  ///< looks that found the thread writing since the queue was last young
  Timer drain_;
  std::shared_ptr<Recorder*> self_;  ///< for what the thread posts
};

}  // namespace tributary
