#include "rate/queue_delay.h"

#include <algorithm>

namespace tributary {
namespace {

constexpr int64_t bucketLength = 50'000'000;  // ns
constexpr size_t remembered = 400;            // buckets
constexpr size_t late = 2;

}  // namespace

void QueueDelay::packet(int64_t sent, int64_t arrived) {
  const int64_t delay = arrived - sent;
  if (!buckets_.empty() && sent < buckets_.back().from + bucketLength) {
    buckets_.back().least = std::min(buckets_.back().least, delay);
    return;
  }
  buckets_.push_back({sent, delay});
  if (buckets_.size() > remembered) buckets_.pop_front();
}

double QueueDelay::standing() const {
  if (buckets_.size() < 2 * late) return 0;
  const auto less = [](const Bucket& a, const Bucket& b) { return a.least < b.least; };
  const auto recent = std::min_element(buckets_.end() - late, buckets_.end(), less);
  const auto base = std::min_element(buckets_.begin(), buckets_.end(), less);
  return static_cast<double>(recent->least - base->least) * 1e-6;
}

}  // namespace tributary
