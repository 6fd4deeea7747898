#include "room/capacity_governor.h"

#include <algorithm>

namespace tributary {

bool CapacityGovernor::observe(const CapacityReading& reading, int64_t now) {
  const bool trouble = reading.idle < busy && (reading.lateCanvas > late || reading.lateFrames > behind);
  const bool calmNow = reading.idle > spare && reading.lateCanvas <= late && reading.lateFrames <= behind;
  if (!trouble) troubleSince_ = -1;
  if (!calmNow) calmSince_ = -1;
  if (trouble) return stepDown(now);
  return calmNow && stepBack(now);
}

bool CapacityGovernor::stepDown(int64_t now) {
  if (troubleSince_ < 0) troubleSince_ = now;
  if (level_ == levels || now - troubleSince_ < patience) return false;
  if (steppedBackAt_ >= 0 && now - steppedBackAt_ < calmNeeded_) {
    calmNeeded_ = std::min(calmNeeded_ * 2, longestCalm);
  } else {
    calmNeeded_ = calm;
  }
  ++level_;
  troubleSince_ = now;  // the step needs time to be felt
  return true;
}

bool CapacityGovernor::stepBack(int64_t now) {
  if (level_ == 0) return false;
  if (calmSince_ < 0) calmSince_ = now;
  if (now - calmSince_ < calmNeeded_) return false;
  --level_;
  calmSince_ = now;
  steppedBackAt_ = now;
  return true;
}

}  // namespace tributary
