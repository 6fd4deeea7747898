#pragma once

#include <cstdint>

namespace tributary {

/// Milliseconds of nanoseconds.
constexpr double ms(int64_t nanoseconds) {
  return static_cast<double>(nanoseconds) * 1e-6;
}

/// What transport-wide feedback counts time in (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1).
namespace feedback_time {
constexpr int64_t tick = 250'000;              ///< ns, of an arrival
constexpr int64_t referenceTick = 64'000'000;  ///< ns, of the time a report counts from
}  // namespace feedback_time

}  // namespace tributary
