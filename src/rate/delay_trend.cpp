#include "rate/delay_trend.h"

#include <algorithm>
#include <cmath>

#include "rate/units.h"

namespace tributary {
namespace {

constexpr int64_t groupLength = 5'000'000;  // ns; the draft's burst time
constexpr double silence = 3000;            // ms without a packet: what was before says nothing
constexpr double smoothing = 0.9;           // of the accumulated delay
constexpr size_t window = 20;               // groups in the line
constexpr double gain = 4;                  // of the slope, times groups
constexpr unsigned mostCounted = 60;        // groups that the gain grows with
constexpr double overTime = 10;             // ms; the draft's overuse_time_th
// The draft's K_u, K_d and limits of the threshold (5.4); what is 15 above it is a spike and moves nothing.
constexpr double adaptUp = 0.0087;
constexpr double adaptDown = 0.039;
constexpr double spike = 15;
constexpr double leastThreshold = 6;
constexpr double mostThreshold = 600;

}  // namespace

void DelayTrend::packet(int64_t sent, int64_t arrived) {
  if (!current_.empty && sent < current_.firstSent) return;  // told late: its group is over
  if (!current_.empty && sent - current_.firstSent <= groupLength) {
    current_.lastSent = std::max(current_.lastSent, sent);
    current_.arrived = std::max(current_.arrived, arrived);
    return;
  }
  const Group next{sent, sent, arrived, false};
  if (!current_.empty) endGroup(next);
  current_ = next;
}

void DelayTrend::endGroup(const Group& next) {
  if (!before_.empty) {
    const double arrival = ms(current_.arrived - before_.arrived);
    const double difference = arrival - ms(current_.lastSent - before_.lastSent);
    if (firstArrival_ == 0) firstArrival_ = before_.arrived;
    const double at = ms(current_.arrived - firstArrival_);
    ++groups_;
    accumulated_ += difference;
    smoothed_ = smoothing * smoothed_ + (1 - smoothing) * accumulated_;
    line_.push_back({at, smoothed_});
    if (line_.size() > window) line_.pop_front();
    if (line_.size() == window) judge(slope(), at);
  }
  before_ = current_;
  if (ms(next.firstSent - before_.lastSent) > silence) *this = DelayTrend();
}

double DelayTrend::slope() const {
  double atSum = 0;
  double delaySum = 0;
  for (const auto& point : line_) {
    atSum += point.at;
    delaySum += point.delay;
  }
  const auto count = static_cast<double>(line_.size());
  double above = 0;
  double below = 0;
  for (const auto& point : line_) {
    const double at = point.at - atSum / count;
    above += at * (point.delay - delaySum / count);
    below += at * at;
  }
  return below > 0 ? above / below : 0;
}

void DelayTrend::judge(double slope, double at) {
  trend_ = std::min(groups_, mostCounted) * slope * gain;
  const double elapsed = std::max(0.0, at - judgedAt_);
  judgedAt_ = at;
  if (trend_ > threshold_) {
    overFor_ += overs_ == 0 ? elapsed / 2 : elapsed;
    ++overs_;
    if (overFor_ > overTime && overs_ > 1 && slope >= slopeBefore_) {
      usage_ = Usage::over;
      overFor_ = 0;
      overs_ = 0;
    }
  } else {
    overFor_ = 0;
    overs_ = 0;
    usage_ = trend_ < -threshold_ ? Usage::under : Usage::normal;
  }
  slopeBefore_ = slope;
  adapt(at);
}

void DelayTrend::adapt(double at) {
  const double size = std::abs(trend_);
  const double elapsed = adaptedAt_ < 0 ? 0 : std::min(at - adaptedAt_, 100.0);
  adaptedAt_ = at;
  if (size > threshold_ + spike || elapsed <= 0) return;
  const double speed = size < threshold_ ? adaptDown : adaptUp;
  threshold_ = std::clamp(threshold_ + speed * (size - threshold_) * elapsed, leastThreshold, mostThreshold);
}

}  // namespace tributary
