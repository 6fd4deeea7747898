#pragma once

#include <deque>
#include <random>
#include <vector>

#include "rate/bandwidth_estimator.h"

namespace tributary::test {

/// A way to one receiver, in simulated time: a link with a queue that drops what does not fit, loss, delay,
/// jitter; and the receiver's transport-wide feedback each 100 ms, its reports each second.
class LinkSimulator {
 public:
  struct Way {
    double kbits = 0;      ///< 0: no limit
    double queueMs = 300;  ///< what the link's buffer holds
    double delayMs = 20;   ///< each way
    double jitterMs = 0;   ///< up to so much more
    double loss = 0;       ///< 0 … 1
    bool forgets = false;  ///< what comes late is lost to the receiver's feedback, as GStreamer's has it
  };

  /// Another `seed` is another sequence of losses and delays; the same is the same run each time.
  explicit LinkSimulator(uint32_t seed = 1) : random_(seed) {}

  Way way;
  bool reports = true;          ///< receiver reports
  int64_t now = 1'000'000'000;  ///< ns; also our clock. The receiver's is another

  void send(uint32_t bytes);
  /// Lets a millisecond pass; gives feedback to `estimator` as it arrives.
  void step(BandwidthEstimator& estimator);

  int64_t stalledUntil = 0;  ///< nothing arrives before; then all that was sent does

  uint64_t delivered = 0;  ///< packets
  uint64_t dropped = 0;    ///< by the queue
  double queueMs() const;

 private:
  struct Sent {
    uint16_t sequence;
    uint32_t bytes;
    int64_t at;
    int64_t arrives;  ///< −1: never
    bool told = false;
    bool arrived = false;
    enum class Reported { no, lost, received } reported = Reported::no;
  };
  size_t arrivedUpTo() const;
  std::vector<PacketFeedback> feedback();
  struct Count {
    int32_t lost = 0;
    uint32_t expected = 0;
  };
  Count report();

  std::mt19937 random_;
  uint16_t next_ = 0;
  int64_t linkFreeAt_ = 0;
  int64_t feedbackAt_ = 0;
  int64_t reportedAt_ = now;
  std::deque<Sent> sent_;
  struct Report {
    int64_t at;
    std::vector<PacketFeedback> packets;
  };
  std::deque<Report> feedbacks_;
  struct Counted {
    int64_t at;
    Count count;
  };
  std::deque<Counted> reports_;
};

}  // namespace tributary::test
