#include "media/level_meter.h"

namespace tributary {

void LevelMeter::reset() {
  decoder_.reset();
  passed_ = meteredEach;
}

std::optional<double> LevelMeter::hear(std::span<const uint8_t> packet) {
  passed_ += opusDuration(packet);
  if (passed_ < meteredEach) return std::nullopt;
  samples_.clear();
  decoder_.decode(packet, samples_);
  if (samples_.empty()) return std::nullopt;
  passed_ = 0;
  return soundLevel(samples_);
}

}  // namespace tributary
