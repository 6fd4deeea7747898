#include "rate/bandwidth_estimator.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tributary {
namespace {

constexpr int64_t millisecond = 1'000'000;
constexpr int64_t second = 1000 * millisecond;

constexpr int64_t ackedWindow = 500 * millisecond;
constexpr int64_t overloadWindow =
    250 * millisecond;  // soon after a cut, so that the time before has no part
constexpr int64_t lossWindow = 2 * second;
constexpr int64_t toldWindow = 2 * second;  // an arrival is told within a second, by whoever reports at all
constexpr size_t mostArrivals = 4096;       // in that time: 20 Mbit/s
constexpr int64_t lateness = 80 * millisecond;  // what has not come may be late: lost only after that
constexpr size_t fewest = 100;                  // packets that a share of loss is taken of
constexpr double soundAlone = 150e3;  // bit/s; so little says nothing of how much more would be carried
constexpr double backOff =
    0.95;  // of what arrived; the draft's β is 0.85, but rungs leave more than that free
constexpr double growth = 1.4;    // a second; nothing is sent for it unless a probe asks, so it may be quick
constexpr double headroom = 1.5;  // over what arrived (draft, 5.5)
constexpr double spare = 10'000;  // bit/s, likewise
constexpr double leastHeavyLoss = 0.1;  // the draft's bound (6): above it the rate goes down
constexpr double leastHeavyToldLoss =
    0.15;                        // … where delay tells of congestion, so that loss alone rarely is
constexpr double ruinous = 0.3;  // nothing but what arrived is believed
constexpr double lightLoss = 0.02;
constexpr double standingQueue = 50;   // ms, with a growing delay before
constexpr double longQueue = 100;      // ms, whatever the trend
constexpr double sentMore = 1.2;       // times what arrived is more than the way takes
constexpr double littleOf = 0.15;      // of the estimate is so little that it fills nothing
constexpr double leastBacklog = 3000;  // bytes
constexpr int64_t reportWindow = 3 * second;
constexpr int64_t sameReport = 100 * millisecond;  // what comes so close is one: a flood costs no more
constexpr int64_t fewestReported = 150;  // packets: sound alone in that time; fewer count as so many
constexpr double fills = 0.6;            // of the estimate; with less than that sent, loss is the way's own
constexpr double learnsSlowly = 10;      // s
constexpr double learnsQuickly = 2;
constexpr double mostUsualAtFirst = 0.1;  // of loss, see learnUsualLoss()
constexpr double unusual = 1.5;           // times a way's usual loss, and some more, is heavy
constexpr double unusualMore = 0.05;
constexpr int64_t heavyFor = 500 * millisecond;  // heavy loss means congestion for so long
constexpr int64_t afterOver = second;            // an overuse explains a queue for so long
constexpr int64_t underWay =
    150 * millisecond;                       // what is sent so soon after a reduction is of the time before
constexpr int64_t calm = 500 * millisecond;  // between a reduction and the next growth
constexpr int64_t longPause = 150 * millisecond;
constexpr int64_t overStall = 400 * millisecond;  // all that was held up has arrived, and is told
constexpr int64_t betweenStalls = 2 * second;
constexpr int64_t betweenCuts = 300 * millisecond;
constexpr int64_t patience = 5 * second;  // without word, a source counts no more
constexpr double most = 100e6;            // bit/s
constexpr double least = 10e3;

double shareLost(int64_t lost, int64_t expected) {
  const auto of = static_cast<double>(std::max(expected, fewestReported));
  return std::clamp(static_cast<double>(lost) / of, 0.0, 1.0);
}

}  // namespace

void BandwidthEstimator::note(const PacketFeedback& packet, int64_t now) {
  if (packet.lost && reducedAt_ >= 0 && packet.sent < reducedAt_ + underWay) return;
  auto& told = told_[packet.sequence % told_.size()];
  if (told.at >= 0 && told.sequence == packet.sequence) {
    if (!told.lost || packet.lost) return;
    told.lost = false;  // late, not lost
    takesBack_ = true;
  } else {
    told = {now, packet.sequence, packet.lost};
  }
  if (packet.lost) return;
  watchForStall(packet, now);
  trend_.packet(packet.sent, packet.arrived);
  queue_.packet(packet.sent, packet.arrived);
  arrivals_.push_back({packet.arrived, now, packet.sent, packet.bytes});
}

/// By our own clock too: the receiver's is whatever it says.
void BandwidthEstimator::forget(int64_t now) {
  for (auto& told : told_) {
    if (now - told.at > lossWindow) told = {};
  }
  const auto old = [&](const Arrival& arrival) {
    return arrivals_.back().at - arrival.at > 2 * ackedWindow || now - arrival.told > toldWindow;
  };
  while (arrivals_.size() > mostArrivals || (arrivals_.size() > 1 && old(arrivals_.front())))
    arrivals_.pop_front();
}

void BandwidthEstimator::watchForStall(const PacketFeedback& packet, int64_t now) {
  const int64_t pause = packet.arrived - lastArrival_;
  const bool sudden =
      lastArrival_ != 0 && pause > longPause && pause - (packet.sent - lastSent_) > longPause / 2;
  // A way that has become very thin makes pauses as well, and goes on making them.
  if (sudden && (stalledAt_ < 0 || now - stalledAt_ > betweenStalls)) stalledAt_ = now;
  if (packet.arrived <= lastArrival_) return;
  lastArrival_ = packet.arrived;
  lastSent_ = packet.sent;
}

double BandwidthEstimator::ackedRate(int64_t window) const {
  if (arrivals_.empty()) return 0;
  int64_t newest = arrivals_.front().at;
  int64_t oldest = newest;
  for (const auto& arrival : arrivals_) {
    newest = std::max(newest, arrival.at);
    oldest = std::min(oldest, arrival.at);
  }
  double bytes = 0;
  for (const auto& arrival : arrivals_) {
    if (newest - arrival.at < window) bytes += arrival.bytes;
  }
  const double span = static_cast<double>(std::clamp(newest - oldest, overloadWindow, window));
  return bytes * 8 * static_cast<double>(second) / span;
}

/// Whether it may be what we send that packets wait behind: as much is sent as is believed possible, or less
/// arrives than is sent and what is under way is more than a few packets.
bool BandwidthEstimator::holdsBack() const {
  if (arrivals_.empty()) return false;
  const int64_t newest = std::ranges::max(arrivals_, {}, &Arrival::at).at;
  int64_t first = std::numeric_limits<int64_t>::max();
  int64_t last = std::numeric_limits<int64_t>::min();
  double bytes = 0;
  for (const auto& arrival : arrivals_) {
    if (newest - arrival.at >= overloadWindow) continue;
    first = std::min(first, arrival.sent);
    last = std::max(last, arrival.sent);
    bytes += arrival.bytes;
  }
  const auto took = static_cast<double>(std::max(last - first, millisecond));
  const double sent = bytes * 8 * static_cast<double>(second) / took;
  if (sent > littleOf * bitrate_) return true;
  const double acked = ackedRate(overloadWindow);
  return sent > sentMore * acked && queue_.latest() * acked / 8000 > leastBacklog;
}

double BandwidthEstimator::lossNow(int64_t now) const {
  double all = 0;
  double lost = 0;
  for (const auto& told : told_) {
    if (told.at < 0 || now - told.at < lateness) continue;
    ++all;
    if (told.lost) ++lost;
  }
  if (all < fewest) return 0;
  return std::min(lost / all, credibleLoss(now));
}

/// Of the last seconds; of the last report alone where chance does not explain it.
double BandwidthEstimator::reportedLoss() const {
  if (reported_.empty()) return 0;
  int64_t lost = 0;
  int64_t expected = 0;
  for (const auto& report : reported_) {
    lost += report.lost;
    expected += report.expected;
  }
  const auto& last = reported_.back();
  const auto of = static_cast<double>(std::max(last.expected, fewestReported));
  const double now = shareLost(last.lost, last.expected);
  const double chance = 2 * std::sqrt(now * (1 - now) / of);  // two standard deviations
  return std::max(shareLost(lost, expected), now - chance);
}

/// Some receivers (GStreamer's) call lost in transport-wide feedback what came later than what was sent after
/// it, and do not take it back; their reports count it, and no more than they tell is believed. Who gives no
/// reports is believed after a while.
double BandwidthEstimator::credibleLoss(int64_t now) const {
  if (takesBack_) return 1;
  if (hears(reportAt_, now)) return reportedLoss();
  return now - packetsSince_ < patience ? 0 : 1;
}

/// What a way loses of little is what it loses of anything. Before a reduction nobody knows what is little,
/// as the first guess may be far beyond what a way carries that drops the rest without a queue: only so much
/// is learnt then.
void BandwidthEstimator::learnUsualLoss(double elapsed) {
  const double constant = acked_ < fills * bitrate_ ? learnsQuickly : learnsSlowly;
  const double taken = reducedAt_ >= 0 ? loss_ : std::min(loss_, mostUsualAtFirst);
  usualLoss_ += (taken - usualLoss_) * std::min(1.0, elapsed / constant);
}

bool BandwidthEstimator::heavyLoss() const {
  const double least = packetsAt_ >= 0 ? leastHeavyToldLoss : leastHeavyLoss;
  return loss_ > std::max(least, unusual * usualLoss_ + unusualMore);
}

void BandwidthEstimator::onPackets(std::span<const PacketFeedback> packets, int64_t now) {
  if (packets.empty() || !check_.plausible(packets, now)) return;
  if (!hears(packetsAt_, now)) {
    queue_.reset();
    trend_ = DelayTrend();
    arrivals_.clear();
    packetsSince_ = now;
  }
  packetsAt_ = now;
  Usage usage = Usage::normal;
  for (const auto& packet : packets) {
    note(packet, now);
    if (trend_.usage() != Usage::normal) usage = trend_.usage();
  }
  forget(now);
  acked_ = ackedRate(ackedWindow);
  loss_ = lossNow(now);
  steer(now, usage);
}

void BandwidthEstimator::steer(int64_t now, Usage usage) {
  const double elapsed =
      steeredAt_ < 0 ? 0 : static_cast<double>(std::min(now - steeredAt_, second)) / second;
  steeredAt_ = now;
  if (stalledAt_ >= 0 && now - stalledAt_ < overStall) {
    trend_ = DelayTrend();
    return;
  }
  if (heavyLoss()) {
    heavyAt_ = now;
    cutForLoss(acked_, now);
  }
  learnUsualLoss(elapsed);
  if (usage == Usage::normal && queue_.latest() > longQueue) usage = Usage::over;
  if (usage == Usage::over && !holdsBack()) return;
  if (usage == Usage::over) {
    overAt_ = now;
    reduce(backOff * ackedRate(overloadWindow), now);
    return;
  }
  const bool lossy = loss_ > lightLoss + 1.2 * usualLoss_;
  const bool settling = reducedAt_ >= 0 && now - reducedAt_ < calm;
  if (usage == Usage::under || lossy || settling) return;
  const double reach = headroom * acked_ + spare;
  if (bitrate_ < reach) bitrate_ = std::min(bitrate_ * std::pow(growth, elapsed), reach);
}

void BandwidthEstimator::reduce(double to, int64_t now) {
  to = std::clamp(to, least, most);
  if (to >= bitrate_) return;
  bitrate_ = to;
  reducedAt_ = now;
  ++reductions_;
}

/// `carried`: what arrived at least, bit/s; 0 when that is not known. It takes that much.
void BandwidthEstimator::cutForLoss(double carried, int64_t now) {
  if (lossCutAt_ >= 0 && now - lossCutAt_ < betweenCuts) return;
  lossCutAt_ = now;
  const bool tells = carried > soundAlone || queue_.latest() > longQueue;
  const double base = tells ? std::min(bitrate_, headroom * carried + spare) : bitrate_;
  const double cut = base * (1 - loss_ / 2);
  reduce(std::max(loss_ > ruinous && carried > 0 ? std::min(cut, carried) : cut, backOff * carried), now);
  told_.fill({});  // each loss counts once
}

void BandwidthEstimator::onReport(int32_t lost, uint32_t expected, int64_t now) {
  if (reported_.empty() || now - reported_.back().at >= sameReport) reported_.push_back({now, 0, 0});
  reported_.back().lost += lost;
  reported_.back().expected += expected;
  while (now - reported_.front().at >= reportWindow)
    reported_.pop_front();
  const bool first = reportAt_ < 0;
  const double elapsed = first ? 0 : static_cast<double>(std::min(now - reportAt_, 5 * second)) / second;
  reportAt_ = now;
  if (first || hears(packetsAt_, now)) return;
  loss_ = reportedLoss();
  usualLoss_ += (loss_ - usualLoss_) * std::min(1.0, elapsed / learnsSlowly);
  if (heavyLoss()) {
    heavyAt_ = now;
    return cutForLoss(sent_ * (1 - loss_), now);
  }
  // Nobody says what arrived: by what was sent, and slower.
  const double reach = headroom * sent_ + spare;
  if (loss_ < lightLoss && bitrate_ < reach) bitrate_ = std::min(bitrate_ * std::pow(1.08, elapsed), reach);
}

void BandwidthEstimator::onRemb(double bitrate, int64_t now) {
  rembAt_ = now;
  if (bitrate < remb_ && !hears(packetsAt_, now)) ++reductions_;
  remb_ = std::clamp(bitrate, least, most);
}

void BandwidthEstimator::onRoundTrip(int64_t nanoseconds) {
  if (nanoseconds <= 0 || nanoseconds > 10 * second) return;
  const auto taken = static_cast<double>(nanoseconds);
  roundTrip_ = roundTrip_ > 0 ? roundTrip_ + (taken - roundTrip_) / 8 : taken;
}

bool BandwidthEstimator::hears(int64_t last, int64_t now) const {
  return last >= 0 && now - last < patience;
}

BandwidthEstimate BandwidthEstimator::estimate(int64_t now) const {
  BandwidthEstimate out;
  out.bitrate = bitrate_;
  out.loss = loss_;
  out.roundTripMs = roundTrip_ / millisecond;
  out.reductions = reductions_;
  const bool heavy = heavyAt_ >= 0 && now - heavyAt_ < heavyFor;
  if (hears(packetsAt_, now)) {
    out.source = BandwidthEstimate::Source::transportCc;
    out.acked = acked_;
    out.queueMs = std::max(queue_.standing(), queue_.latest());
    const bool over = overAt_ >= 0 && now - overAt_ < afterOver;
    out.congested = heavy || (over && (queue_.standing() > standingQueue || queue_.latest() > longQueue));
  } else if (hears(rembAt_, now)) {
    out.source = BandwidthEstimate::Source::remb;
    out.bitrate = std::min(out.bitrate, remb_);
    out.congested = heavy || remb_ < sent_;
  } else if (hears(reportAt_, now)) {
    out.source = BandwidthEstimate::Source::reports;
    out.congested = heavyLoss();
  }
  return out;
}

}  // namespace tributary
