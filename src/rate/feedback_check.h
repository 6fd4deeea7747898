#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "rate/packet_feedback.h"

namespace tributary {

/// Tells transport-wide feedback that cannot be true: GStreamer 1.22 writes some reports of reordered packets
/// so that all arrivals from some packet on are seconds off, which looks like a queue of seconds. Not thread
/// safe. Pure.
class FeedbackCheck {
 public:
  /// One report that came at `now`, in the order the packets were sent. No packet arrived after it was told
  /// of, nor long before those told of earlier. A clock that is set anew is believed after some reports.
  bool plausible(std::span<const PacketFeedback> packets, int64_t now);

 private:
  struct Seen {
    int64_t newest;  ///< arrival, receiver's clock
    int64_t least;   ///< of arrival − sending, of late: no less than how far the clocks are apart
    int64_t leastBefore;
    int64_t since;  ///< our clock: when `least` began
  };
  static void age(Seen& seen, int64_t apart, int64_t now);

  std::optional<Seen> seen_;
  int refused_ = 0;  ///< in a row
};

}  // namespace tributary
