#include "metrics/room_metrics.h"

namespace tributary {

void RoomMetrics::end(Process process) {
  const auto node = current_.extract(process);
  if (node.empty()) return;
  for (const auto& sample : node.mapped()) {
    if (sample.type != Sample::Type::gauge) ended_.add(sample);
  }
}

std::vector<Sample> RoomMetrics::total() const {
  SampleSum sum = ended_;
  for (const auto& [process, samples] : current_)
    sum.add(samples);
  return sum.samples();
}

}  // namespace tributary
