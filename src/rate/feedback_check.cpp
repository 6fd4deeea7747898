#include "rate/feedback_check.h"

#include <algorithm>

namespace tributary {
namespace {

constexpr int64_t reordering = 500'000'000;  // ns; what comes later is lost to any jitter buffer
constexpr int64_t drift = 100'000'000;       // ns; of the clocks, while a connection lasts
constexpr int believed = 20;                 // reports in a row: two seconds of them

}  // namespace

bool FeedbackCheck::plausible(std::span<const PacketFeedback> packets, int64_t now) {
  auto next = seen_;
  for (const auto& packet : packets) {
    if (packet.lost) continue;
    const int64_t apart = packet.arrived - packet.sent;
    if (!next) next = Seen{packet.arrived, apart};
    next->least = std::min(next->least, apart);
    const bool early = packet.arrived < next->newest - reordering;
    const bool late = packet.arrived - next->least > now + drift;
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
