#include "media/resend_wait.h"

#include <algorithm>

namespace tributary {
namespace {

constexpr int margin = 10;     // ms: timers, and the machine
constexpr int stepUp = 40;     // ms for a second in which packets came too late
constexpr int stepDown = 5;    // ms a second
constexpr int calmEnough = 5;  // seconds without loss before it goes down

}  // namespace

ResendWait::ResendWait(int start) : wait_(std::clamp(start, least, most)) {}

int ResendWait::update(const Reading& reading) {
  const bool late = reading.late > before_.late;
  const bool lossy = late || reading.lost > before_.lost || reading.asked > before_.asked;
  before_ = reading;
  calm_ = lossy ? 0 : calm_ + 1;
  // Asked for when two times the jitter has passed; a second try, as the first may be lost as well.
  const double twice = reading.roundTripMs > 0 ? 2 * reading.roundTripMs : 0;
  const int needed = static_cast<int>(2 * reading.jitterMs + twice) + margin;
  if (late) {
    wait_ = std::max(wait_ + stepUp, needed);
  } else if (lossy) {
    wait_ = std::max(wait_, needed);
  } else if (calm_ >= calmEnough) {
    // The first loss after a calm while is worth one try.
    const int tried =
        reading.pathMs > 0 ? static_cast<int>(reading.pathMs + 2 * reading.jitterMs) + margin : least;
    wait_ = std::max(wait_ - stepDown, std::min(wait_, tried));
  }
  return wait_ = std::clamp(wait_, least, most);
}

}  // namespace tributary
