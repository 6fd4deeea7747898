#include "rate/feedback_check.h"

#include <algorithm>

namespace tributary {
namespace {

constexpr int64_t reordering = 500'000'000;  // ns; what comes later is lost to any jitter buffer
constexpr int64_t period = 120'000'000'000;  // ns; the least of this one and the one before counts
constexpr int64_t drift = 100'000'000;       // ns; of the clocks, in two periods
constexpr int believed = 20;                 // reports in a row: two seconds of them

}  // namespace

/// A clock that is 50 ppm fast gains those 100 ms in half an hour.
void FeedbackCheck::age(Seen& seen, int64_t apart, int64_t now) {
  seen.leastBefore = now - seen.since > 2 * period ? apart : seen.least;
  seen.least = apart;
  seen.since = now;
}

bool FeedbackCheck::plausible(std::span<const PacketFeedback> packets, int64_t now) {
  auto next = seen_;
  for (const auto& packet : packets) {
    if (packet.lost) continue;
    const int64_t apart = packet.arrived - packet.sent;
    if (!next) next = Seen{packet.arrived, apart, apart, now};
    if (now - next->since > period) age(*next, apart, now);
    next->least = std::min(next->least, apart);
    const bool early = packet.arrived < next->newest - reordering;
    const bool late = packet.arrived - std::min(next->least, next->leastBefore) > now + drift;
    if (early || late) {
      if (++refused_ >= believed) *this = FeedbackCheck();
      return false;
    }
    next->newest = std::max(next->newest, packet.arrived);
  }
  refused_ = 0;
  seen_ = next;
  return true;
}

}  // namespace tributary
