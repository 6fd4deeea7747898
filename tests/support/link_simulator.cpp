#include "link_simulator.h"

#include <algorithm>

namespace tributary::test {
namespace {

constexpr int64_t millisecond = 1'000'000;
constexpr int64_t receiversClock = 77'000'000'000'000;  // is that much ahead
constexpr int64_t feedbackInterval = 100 * millisecond;
constexpr int64_t reportInterval = 1000 * millisecond;

}  // namespace

double LinkSimulator::queueMs() const {
  return std::max(0.0, static_cast<double>(linkFreeAt_ - now) / millisecond);
}

void LinkSimulator::send(uint32_t bytes) {
  std::uniform_real_distribution<double> chance(0, 1);
  Sent packet{next_++, bytes, now, -1};
  int64_t at = now;
  bool arrives = chance(random_) >= way.loss;
  if (way.kbits > 0) {
    linkFreeAt_ = std::max(linkFreeAt_, now);
    if (queueMs() > way.queueMs) {
      ++dropped;
      arrives = false;
    } else {
      linkFreeAt_ += static_cast<int64_t>(bytes * 8 / way.kbits * millisecond);
      at = linkFreeAt_;
    }
  }
  at += static_cast<int64_t>((way.delayMs + way.jitterMs * chance(random_)) * millisecond);
  if (arrives) packet.arrives = std::max(at, stalledUntil);
  sent_.push_back(packet);
}

/// How many of those sent are no later than what has arrived.
size_t LinkSimulator::arrivedUpTo() const {
  size_t newest = 0;
  for (size_t i = 0; i < sent_.size(); ++i) {
    if (sent_[i].arrived) newest = i + 1;
  }
  return newest;
}

std::vector<PacketFeedback> LinkSimulator::feedback() {
  std::vector<PacketFeedback> out;
  const size_t newest = arrivedUpTo();
  for (size_t i = 0; i < newest; ++i) {
    Sent& packet = sent_[i];
    const bool here = packet.arrives >= 0 && packet.arrived;
    if (packet.told && (!here || way.forgets)) continue;
    packet.told = true;
    if (here) ++delivered;
    out.push_back(
        {packet.sequence, packet.bytes, packet.at, here ? packet.arrives + receiversClock : 0, !here});
    if (here) packet.arrives = -1;  // told for good
  }
  while (!sent_.empty() && sent_.front().told && now - sent_.front().at > 2000 * millisecond)
    sent_.pop_front();
  return out;
}

/// RFC 3550, A.3: what came late is taken back.
LinkSimulator::Count LinkSimulator::report() {
  Count out;
  const size_t newest = arrivedUpTo();
  for (size_t i = 0; i < newest; ++i) {
    Sent& packet = sent_[i];
    if (packet.reported == Sent::Reported::no) ++out.expected;
    if (packet.reported == Sent::Reported::no && !packet.arrived) ++out.lost;
    if (packet.reported == Sent::Reported::lost && packet.arrived) --out.lost;
    packet.reported = packet.arrived ? Sent::Reported::received : Sent::Reported::lost;
  }
  return out;
}

void LinkSimulator::step(BandwidthEstimator& estimator) {
  now += millisecond;
  for (auto& packet : sent_)
    packet.arrived = packet.arrived || (packet.arrives >= 0 && packet.arrives <= now);
  const auto wayBack = static_cast<int64_t>(way.delayMs * millisecond);
  if (now - feedbackAt_ >= feedbackInterval) {
    feedbackAt_ = now;
    auto packets = feedback();
    if (!packets.empty()) feedbacks_.push_back({now + wayBack, std::move(packets)});
  }
  if (reports && now - reportedAt_ >= reportInterval) {
    reportedAt_ = now;
    reports_.push_back({now + wayBack, report()});
  }
  for (; !feedbacks_.empty() && feedbacks_.front().at <= now; feedbacks_.pop_front())
    estimator.onPackets(feedbacks_.front().packets, now);
  for (; !reports_.empty() && reports_.front().at <= now; reports_.pop_front()) {
    const Count count = reports_.front().count;
    if (count.expected > 0) estimator.onReport(count.lost, count.expected, now);
  }
}

}  // namespace tributary::test
