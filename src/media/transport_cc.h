#pragma once

#include <atomic>
#include <cstdint>
#include <span>

#include "base/priority_mutex.h"
#include "base/token_bucket.h"
#include "media/downlink.h"
#include "rate/sent_packets.h"
#include "rate/transport_feedback_reader.h"
#include "rate/transport_feedback_writer.h"

typedef struct _GstBuffer GstBuffer;
typedef struct _GstElement GstElement;
typedef struct _GstPad GstPad;

namespace tributary {

/// Transport-wide congestion control of one peer, both ways: numbers what goes to it and reads its feedback,
/// notes what comes and writes ours. rtpsession does the same, but it tells of reordered packets as lost and
/// writes some times seconds off (so that Chromium starves its own camera), and makes a structure of each
/// packet it is told of. So webrtcbin must not know of the extension (transport_cc_sdp.h).
class TransportCc {
 public:
  /// `id` of the header extension. `downlink` must outlive it.
  TransportCc(int id, Downlink& downlink) : id_(id), downlink_(downlink) {}

  /// A pad that rtpbin got. This must outlive its use. Thread: any, before data flows.
  void watch(GstPad* pad);
  /// Gives a packet its number, if it has the extension, as what goes out at a watched pad gets. Thread: any.
  void number(GstBuffer* packet);

  /// Reports of the client that are read in a second, and at once. libwebrtc sends 4 to 20 a second.
  static constexpr double mostFeedbacks = 100;
  /// Between two reports of ours while packets come, ns.
  static constexpr int64_t interval = 100'000'000;

 private:
  template <void (TransportCc::*work)(GstBuffer*)>
  void watchPackets(GstPad* pad);
  void watchFeedback(GstPad* pad);
  void note(GstBuffer* packet);
  /// Reads and takes out the feedback of a compound packet; null: that was all of it.
  GstBuffer* takeFeedback(GstBuffer* rtcp);
  void read(std::span<const uint8_t> packet);
  void report(uint32_t media);

  const int id_;
  Downlink& downlink_;
  std::atomic<GstPad*> rtcp_ = nullptr;  ///< for what we say; rtpbin's
  PriorityMutex mutex_;
  SentPackets sent_;  ///< under the mutex
  // Thread: the one that brings RTCP.
  TransportFeedbackReader reader_;
  TokenBucket feedbacks_{mostFeedbacks, mostFeedbacks, TokenBucket::Clock::now()};
  TransportFeedbackWriter writer_;  ///< thread: the one that brings RTP
  int64_t reportedAt_ = 0;          ///< the same
};

}  // namespace tributary
