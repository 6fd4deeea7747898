#pragma once

#include <atomic>
#include <cstdint>

#include "media/sender_reports.h"

typedef struct _GstBuffer GstBuffer;

namespace tributary {

class DirectSender;
class Resender;
class TransportCc;

/// One RTP stream's way to a peer past rtpsession, which takes for each packet a lock, two clocks and
/// statistics that nobody reads: more than SRTP and the socket cost together. A packet (or list) each
/// `shownEvery` goes through webrtcbin all the same. By it rtpsession knows the stream: it goes on to write
/// sender reports, whose times any packet sets right, and to hand on what the peer asks for. How much was
/// sent is for correctSenderReports() to say.
class DirectStream {
 public:
  /// `numbers` and `resender` may be null; all must outlive it.
  DirectStream(uint32_t ssrc, DirectSender& sender, TransportCc* numbers, Resender* resender)
      : ssrc_(ssrc), sender_(sender), numbers_(numbers), resender_(resender) {}

  /// Whether they are on their way; if not, they are for webrtcbin. Thread: one at a time.
  bool send(GstBuffer* const* packets, unsigned count);

  /// By either way. Thread: any.
  SentCount sent() const { return {packets_, octets_}; }
  /// Of those, the ones that went past rtpsession. Thread: any.
  uint64_t direct() const { return direct_; }
  uint32_t ssrc() const { return ssrc_; }

  /// ns. rtpsession takes a stream for silent after 5 s (RFC 3550, 6.3.5, and its own least interval).
  static constexpr int64_t shownEvery = 1'000'000'000;

 private:
  void count(GstBuffer* packet);

  const uint32_t ssrc_;
  DirectSender& sender_;
  TransportCc* const numbers_;
  Resender* const resender_;
  int64_t shownAt_ = 0;
  std::atomic<uint32_t> packets_ = 0;
  std::atomic<uint32_t> octets_ = 0;
  std::atomic<uint64_t> direct_ = 0;
};

}  // namespace tributary
