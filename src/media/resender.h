#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/priority_mutex.h"
#include "base/token_bucket.h"
#include "media/rtx_packet.h"

typedef struct _GstBuffer GstBuffer;
typedef struct _GstElement GstElement;

namespace tributary {

class DirectSender;
class PeerOutput;
class TransportCc;

/// Keeps what a peer was sent of the picture and sends it once more when it is asked for (RFC 4588), as
/// webrtcbin's rtprtxsend does with what passes it: packets of a DirectStream do not. What is of a picture
/// that was given up is kept back, for a way that is full should not carry it.
class Resender {
 public:
  /// `numbers` may be null; both must outlive it.
  Resender(std::shared_ptr<PeerOutput> output, DirectSender& sender, TransportCc* numbers);
  ~Resender();
  Resender(const Resender&) = delete;
  Resender& operator=(const Resender&) = delete;

  /// Takes what is asked for from webrtcbin's own, so that it sends nothing, from now on: two sources of the
  /// stream would confuse its receiver. To be called once the local description is set, and before packets
  /// flow; must outlive the pipeline's run. False where webrtcbin is not built as expected: nothing is
  /// kept then. Thread: owner.
  bool takeOver(GstElement* webrtc, const Retransmission& agreed);
  /// Whether it does anything. Thread: owner.
  bool active() const { return active_; }

  /// A packet that goes out. Thread: any.
  void keep(GstBuffer* packet);
  /// By its number, as the peer knows it. What is not kept any more is not sent, nor what is more than
  /// `mostAtOnce`: a peer may ask for 17 packets in four bytes, and the thread that reads it reads for the
  /// whole room. Thread: any.
  void resend(uint16_t sequence);
  /// Packets sent once more, and those that were asked for beyond the limit. Thread: any.
  uint64_t sent() const { return sent_; }
  uint64_t refused() const { return refused_; }

  static constexpr size_t kept = 512;          ///< packets; some 2 s of 2 Mbit/s
  static constexpr double mostAtOnce = 256;    ///< packets; a key frame of 300 kB
  static constexpr double mostASecond = 2000;  ///< in the long run; 19 Mbit/s

 private:
  GstBuffer* next(uint16_t sequence);

  const std::shared_ptr<PeerOutput> output_;
  DirectSender& sender_;
  TransportCc* const numbers_;
  bool active_ = false;
  std::atomic<uint64_t> sent_ = 0;
  std::atomic<uint64_t> refused_ = 0;
  PriorityMutex mutex_;  ///< all below
  Retransmission agreed_;
  uint16_t sequence_ = 0;  ///< of the last retransmission
  std::vector<GstBuffer*> packets_;
  TokenBucket limit_{mostASecond, mostAtOnce, TokenBucket::Clock::now()};
};

}  // namespace tributary
