#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "media/clock.h"

typedef struct _GstElement GstElement;
typedef struct _GstPad GstPad;
typedef struct _GstPadProbeInfo GstPadProbeInfo;
typedef struct _NiceAgent NiceAgent;
typedef struct srtp_ctx_t_ srtp_ctx_t;

namespace tributary {

class ReceiveLane;

/// The short way of a peer's packets from the socket to rtpbin: on the room's ReceiveLane, with SRTP done
/// here, where webrtcbin wakes a thread for the socket and another behind a queue. It takes over once the
/// first packets have gone webrtcbin's way, so that caps, segments and the DTLS key are there; DTLS and what
/// comes before that go on as they did, and so does everything where webrtcbin is not built as expected.
///
/// A peer that floods is left to its socket's buffer for a moment, so that the lane has time for the others.
///
/// Teardown: stop() before the pipeline goes to NULL, for a push under way holds locks in it; destroyed
/// after.
class DirectReceiver {
 public:
  /// The lane must outlive stop().
  DirectReceiver(const RoomClock& clock, ReceiveLane& lane);
  ~DirectReceiver();
  DirectReceiver(const DirectReceiver&) = delete;
  DirectReceiver& operator=(const DirectReceiver&) = delete;

  /// Once the local description is set. Thread: owner.
  void watch(GstElement* webrtc);
  /// Nothing is received after this. Waits for what the lane is at. Thread: any but the lane's and the
  /// owner's.
  void stop();
  /// Packets of sound and picture that came this way. Thread: any.
  uint64_t packets() const { return packets_; }
  /// How often it was left alone for a moment because it flooded. Thread: any.
  uint64_t rests() const { return rests_; }

  static constexpr int mostBytes = 2048;        ///< of a datagram; what clients send fits an Ethernet frame
  static constexpr unsigned mostAtOnce = 256;   ///< packets in a `burst`; a key frame of 300 kB
  static constexpr int64_t burst = 10'000'000;  ///< ns
  static constexpr std::chrono::milliseconds restAfterFlood{20};  ///< leaves ten times what any client sends
  static constexpr unsigned mostHandshakes = 1000;  ///< DTLS packets after the handshake; a close needs one

 private:
  struct Inside;  ///< what it needs of webrtcbin
  struct Free {
    void operator()(srtp_ctx_t* context) const;
  };

  static void onRead(NiceAgent* agent, unsigned stream, unsigned component, unsigned size, char* bytes,
                     void* self);
  bool onFirstPackets(GstPadProbeInfo* info);
  bool adoptKey();
  void onPacket(uint8_t* bytes, int size);
  void onRtp(uint8_t* bytes, int size);
  void onRtcp(uint8_t* bytes, int size);
  void push(GstPad* pad, const uint8_t* bytes, int size) const;
  void restIfFlooded();

  const RoomClock clock_;
  ReceiveLane& lane_;
  std::shared_ptr<Inside> inside_;
  std::unique_ptr<srtp_ctx_t, Free> context_;  ///< thread: nicesrc's, and the lane's once that has taken over
  bool impossible_ = false;                    ///< thread: nicesrc's
  std::atomic<uint64_t> packets_ = 0;
  std::atomic<uint64_t> rests_ = 0;
  bool rtpOpen_ = false;  ///< thread: the lane's, as what follows
  bool rtcpOpen_ = false;
  int64_t burstBegan_ = 0;
  unsigned inBurst_ = 0;
  unsigned handshakes_ = 0;
};

}  // namespace tributary
