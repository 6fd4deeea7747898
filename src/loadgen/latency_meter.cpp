#include "loadgen/latency_meter.h"

#include "loadgen/timecode.h"

namespace tributary::load {
namespace {

constexpr double nsPerMs = 1e6;  // ns
constexpr size_t kept = 512;     // frames on their way

}  // namespace

void LatencyMeter::sent(uint32_t timecode, int64_t at) {
  const std::lock_guard lock(mutex_);
  sent_[timecode] = at;
  if (sent_.size() > kept) sent_.erase(sent_.begin());
}

void LatencyMeter::seen(uint32_t timecode, int64_t firstPacket, int64_t decoded) {
  const std::lock_guard lock(mutex_);
  Sample sample;
  sample.at = decoded;
  const auto now = static_cast<uint32_t>(decoded / 1'000'000) & timecodeMask;
  sample.glass = timecodeSince(now, timecode);
  const auto sent = sent_.find(timecode);
  if (sent != sent_.end() && firstPacket > 0) {
    sample.server = static_cast<double>(firstPacket - sent->second) / nsPerMs;
  }
  samples_.push_back(sample);
}

std::vector<LatencyMeter::Sample> LatencyMeter::samples() const {
  const std::lock_guard lock(mutex_);
  return samples_;
}

void LatencyMeter::clear() {
  const std::lock_guard lock(mutex_);
  samples_.clear();
}

}  // namespace tributary::load
