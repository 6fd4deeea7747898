#pragma once

#include <chrono>

namespace tributary {

/// As messages and the API tell durations.
constexpr double inSeconds(std::chrono::milliseconds duration) {
  return static_cast<double>(duration.count()) / 1000;
}

}  // namespace tributary
