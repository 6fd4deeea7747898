#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <functional>
#include <memory>

#include "base/token_bucket.h"
#include "glib/object_ptr.h"
#include "media/lip_sync.h"
#include "media/talker.h"

namespace tributary {

/// A microphone's way from RTP to its Talker, which is a jitter buffer itself: takeOver() spares it rtpbin's,
/// which wakes a thread for each packet. Lives in a peer's pipeline, and must outlive its use.
class AudioIngest {
 public:
  /// Whether a packet of so many bytes may pass.
  using Gate = std::function<bool(size_t bytes)>;

  /// Adds its element to `pipeline`. `levelId`: of the header extension of RFC 6464; 0 where it was not
  /// negotiated. `lipSync` must outlive it. Thread: owner.
  static Result<std::unique_ptr<AudioIngest>> create(GstElement* pipeline, std::shared_ptr<Talker> talker,
                                                     int levelId, LipSync& lipSync);

  /// Where RTP goes in that takeOver() does not take. Transfer none.
  GstPad* sinkPad() const { return sinkPad_.get(); }

  /// From now on takes packets of that payload type where they leave rtpsession, which goes on to count and
  /// report on them. Of one sender only, as there is one microphone: another's are dropped, until the first
  /// has been silent for `silence`. Whether webrtcbin is built as expected; if not, all go the long way.
  /// Thread: owner, before data flows.
  bool takeOver(GstElement* webrtc, int payloadType, Gate gate);
  static constexpr int64_t silence = 2'000'000'000;  ///< ns

  /// Packets a second, and at once, that takeOver() lets in; Opus has 400 a second at most (2.5 ms).
  static constexpr double mostPerSecond = 500;
  static constexpr double mostAtOnce =
      200;  ///< what a stall of the network holds back, in packets of 20 ms: 4 s
  /// Seconds of sound in a second, and at once: a packet may hold 120 ms, and each is decoded.
  static constexpr double mostSound = 1.5;
  static constexpr double mostSoundAtOnce = 5;

 private:
  explicit AudioIngest(LipSync& lipSync);
  GstPadProbeReturn onSessionPacket(GstBuffer* packet);
  bool isFrom(uint32_t ssrc);
  void onPacket(GstBuffer* packet);

  std::shared_ptr<Talker> talker_;
  LipSync& lipSync_;
  int levelId_ = 0;
  ObjectPtr<GstPad> sinkPad_;
  // Thread: one at a time, rtpsession's input has a lock.
  Gate gate_;
  int payloadType_ = -1;
  TokenBucket bucket_;
  TokenBucket sound_;
  uint32_t ssrc_ = 0;
  int64_t lastPacket_ = 0;  ///< monotonicNow(); 0: none yet
};

}  // namespace tributary
