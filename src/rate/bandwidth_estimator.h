#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <span>

#include "rate/delay_trend.h"
#include "rate/feedback_check.h"
#include "rate/packet_feedback.h"
#include "rate/queue_delay.h"

namespace tributary {

/// What is known of the way to one receiver.
struct BandwidthEstimate {
  enum class Source { none, reports, remb, transportCc };
  Source source = Source::none;
  double bitrate = 0;       ///< bit/s on the wire that it can take, as far as has been tried
  double acked = 0;         ///< bit/s that arrived of late; only with transportCc
  double loss = 0;          ///< 0 … 1, of late
  double roundTripMs = 0;   ///< 0: not known
  double queueMs = 0;       ///< that packets stand in a queue; only with transportCc
  uint64_t reductions = 0;  ///< how often it went down
  /// The way is overloaded now: a queue that does not empty or much loss, not the odd late packet.
  bool congested = false;
};

/// Estimates how much one receiver's way takes, from what it reports: with transport-wide feedback by delay
/// and loss (draft-ietf-rmcat-gcc-02), else by its own estimate (REMB) and the loss in its receiver reports.
/// A pause after which all comes at once is no full way but a machine that was busy, or a radio link; nor is
/// delay while little is sent and all of it arrives.
/// It grows no further than half above what has arrived, so more has to be sent to learn more.
///
/// Times are nanoseconds of any one monotonic clock. Not thread safe. Pure.
class BandwidthEstimator {
 public:
  /// `start`: what is believed until something else is known (bit/s).
  explicit BandwidthEstimator(double start) : bitrate_(start) {}

  /// One transport-wide feedback, in the order the packets were sent.
  void onPackets(std::span<const PacketFeedback> packets, int64_t now);
  /// Receiver reports of all its streams since the last one: how many packets of how many. Fewer than none
  /// are lost where late ones were taken for it before.
  void onReport(int32_t lost, uint32_t expected, int64_t now);
  /// REMB (draft-alvestrand-rmcat-remb-03), bit/s.
  void onRemb(double bitrate, int64_t now);
  void onRoundTrip(int64_t nanoseconds);
  /// What is being sent, bit/s: the measure where nobody tells what arrives.
  void setSent(double bitrate) { sent_ = bitrate; }

  BandwidthEstimate estimate(int64_t now) const;

 private:
  using Usage = DelayTrend::Usage;
  struct Told {
    int64_t at = -1;
    uint16_t sequence = 0;
    bool lost = false;
  };
  struct Reported {
    int64_t at;
    int64_t lost;
    int64_t expected;
  };
  struct Arrival {
    int64_t at;    ///< receiver's clock
    int64_t told;  ///< our clock
    int64_t sent;
    uint32_t bytes;
  };

  void note(const PacketFeedback& packet, int64_t now);
  void watchForStall(const PacketFeedback& packet, int64_t now);
  void forget(int64_t now);
  double ackedRate(int64_t window) const;
  bool holdsBack() const;
  double lossNow(int64_t now) const;
  double reportedLoss() const;
  double credibleLoss(int64_t now) const;
  void learnUsualLoss(double elapsed);
  bool heavyLoss() const;
  void steer(int64_t now, Usage usage);
  void reduce(double to, int64_t now);
  void cutForLoss(double carried, int64_t now);
  bool hears(int64_t last, int64_t now) const;

  double bitrate_;
  double sent_ = 0;
  double remb_ = 0;
  int64_t rembAt_ = -1;
  int64_t packetsAt_ = -1;
  int64_t packetsSince_ = -1;  ///< without a break
  int64_t reportAt_ = -1;
  int64_t steeredAt_ = -1;
  int64_t reducedAt_ = -1;
  int64_t lossCutAt_ = -1;
  int64_t overAt_ = -1;
  int64_t heavyAt_ = -1;
  int64_t stalledAt_ = -1;
  int64_t lastSent_ = 0;     ///< of what arrived
  int64_t lastArrival_ = 0;  ///< receiver's clock
  bool takesBack_ = false;   ///< the receiver tells of what came late
  uint64_t reductions_ = 0;
  double usualLoss_ = 0;
  double roundTrip_ = 0;  ///< ns, smoothed
  double acked_ = 0;
  double loss_ = 0;
  FeedbackCheck check_;
  DelayTrend trend_;
  QueueDelay queue_;
  std::array<Told, 1024> told_;  ///< by sequence: as many as SentPackets remembers
  std::deque<Reported> reported_;
  std::deque<Arrival> arrivals_;
};

}  // namespace tributary
