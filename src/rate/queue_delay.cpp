#include "rate/queue_delay.h"

#include <algorithm>

#include "rate/units.h"

namespace tributary {
namespace {

constexpr int64_t bucketLength = 50'000'000;  // ns
constexpr size_t remembered = 400;            // buckets

}  // namespace

void QueueDelay::packet(int64_t sent, int64_t arrived) {
  const int64_t delay = arrived - sent;
  base_ = buckets_.empty() ? delay : std::min(base_, delay);
  if (!buckets_.empty() && sent < buckets_.back().from + bucketLength) {
    buckets_.back().least = std::min(buckets_.back().least, delay);
    ++buckets_.back().packets;
    return;
  }
  buckets_.push_back({sent, delay, 1});
  if (buckets_.size() <= remembered) return;
  const bool wasBase = buckets_.front().least <= base_;
  buckets_.pop_front();
  if (wasBase) base_ = std::ranges::min_element(buckets_, {}, &Bucket::least)->least;
}

double QueueDelay::standing() const {
  constexpr size_t settled = 4;  // buckets
  if (buckets_.size() < settled) return 0;
  return ms(std::min(buckets_.back().least, buckets_[buckets_.size() - 2].least) - base_);
}

double QueueDelay::latest() const {
  constexpr size_t settled = 4;
  if (buckets_.size() < settled || buckets_.back().packets < fewest) return standing();
  return ms(buckets_.back().least - base_);
}

}  // namespace tributary
