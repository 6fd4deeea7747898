#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "glib/object_ptr.h"
#include "loadgen/camera_encoder.h"
#include "loadgen/clip.h"
#include "loadgen/rtp_stream.h"
#include "loadgen/voice.h"
#include "media/clock.h"

typedef struct _GstAppSrc GstAppSrc;

namespace tributary::load {

/// One simulated person's camera and microphone: gives the right packets to its peer's appsrcs at the
/// right time. Thread: the Pacer's where nothing else is said.
class Sender {
 public:
  struct Outlets {
    ObjectPtr<GstAppSrc> video;
    ObjectPtr<GstAppSrc> audio;
    uint8_t videoPayloadType = 96;
    uint8_t audioPayloadType = 111;
    uint32_t videoSsrc = 0;
    uint32_t audioSsrc = 0;
  };

  /// `phase`: where in the frame interval and in the voice this one begins, 0 … 1, so that a crowd does
  /// not send in step. `clip` is repeated again and again.
  Sender(Outlets outlets, std::shared_ptr<const Clip> clip, std::shared_ptr<const Voice> voice, double phase,
         const RoomClock& clock);
  virtual ~Sender() = default;

  /// Media passes from now on. Thread: any.
  void open() { open_ = true; }
  /// Nothing passes any more. Thread: any.
  void close() { open_ = false; }
  /// From its first frame, at the next frame time. Thread: any.
  void setClip(std::shared_ptr<const Clip> clip);
  /// What the server wants of the picture (requestVideo's `active`). Thread: any.
  void setActive(bool active) { active_ = active; }
  /// Thread: any.
  virtual void requestKeyFrame() { restart_ = true; }
  /// bit/s of the picture from now on, where it is encoded as it is sent: a clip has its own. Thread: any.
  virtual void setBitrate(int /*bitrate*/) {}

  /// Camera frames and packets of sound that were never sent, as tick() came too late for them. Thread: any.
  uint64_t skipped() const { return skipped_; }

  /// Sends what is due at `now` and returns when the next is, both on monotonicNow()'s scale.
  int64_t tick(int64_t now);

 protected:
  /// Called once a frame interval while open and active.
  virtual void cameraFrame(int64_t due);
  /// Puts headers on and hands the frame to webrtcbin. Thread: one at a time.
  void sendFrame(const CodedFrame& frame, int64_t due);
  std::shared_ptr<const Clip> clip() const;

 private:
  void skipTo(int64_t now, int64_t interval, int64_t& due, bool sending);
  void microphonePacket(int64_t due);

  Outlets outlets_;
  RtpStream videoStream_;
  RtpStream audioStream_;
  const RoomClock& clock_;
  mutable std::mutex mutex_;
  std::shared_ptr<const Clip> clip_;
  std::shared_ptr<const Voice> voice_;
  std::atomic<bool> open_ = false;
  std::atomic<bool> active_ = true;
  std::atomic<bool> restart_ = true;
  std::atomic<uint64_t> skipped_ = 0;
  size_t nextFrame_ = 0;
  size_t nextPacket_ = 0;
  int64_t videoDue_ = 0;
  int64_t audioDue_ = 0;
};

/// A sender whose picture bears the time it was painted at, which needs an encoder of its own.
class ClockSender : public Sender {
 public:
  static Result<std::shared_ptr<ClockSender>> create(Outlets outlets, const CameraSpec& camera,
                                                     std::shared_ptr<const Voice> voice, double phase,
                                                     const RoomClock& clock);
  void requestKeyFrame() override { encoder_->requestKeyFrame(); }
  void setBitrate(int bitrate) override { encoder_->setBitrate(bitrate); }

  /// The timecode in the frame with that RTP time stamp; nullopt for one long gone. Thread: any.
  std::optional<uint32_t> timecodeOf(uint32_t rtpTimestamp) const;

 protected:
  void cameraFrame(int64_t due) override;

 private:
  using Sender::Sender;

  mutable std::mutex timecodesMutex_;
  std::map<uint32_t, uint32_t> timecodes_;  ///< by RTP time stamp
  std::vector<std::shared_ptr<Picture>> loop_;
  std::shared_ptr<Picture> canvas_;
  uint64_t count_ = 0;
  int64_t interval_ = 0;
  std::unique_ptr<CameraEncoder> encoder_;  ///< last: its thread calls sendFrame()
};

}  // namespace tributary::load
