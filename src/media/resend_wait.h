#pragma once

#include <cstdint>

namespace tributary {

/// How long a missing packet is worth waiting for: as long as its retransmission takes to come, within
/// bounds. Up as soon as packets come too late, down again slowly. Pure.
class ResendWait {
 public:
  static constexpr int least = 20;  ///< ms; reordering alone needs some
  static constexpr int most = 200;

  explicit ResendWait(int start);

  /// What the jitter buffer counts, since it was made.
  struct Reading {
    uint64_t lost = 0;       ///< given up
    uint64_t late = 0;       ///< came after that
    uint64_t asked = 0;      ///< retransmissions asked for; 0 where none are
    double roundTripMs = 0;  ///< from asking to the retransmission; 0: not known
    double jitterMs = 0;
    double pathMs = 0;  ///< round trip of the way itself: a wait below it would be in vain; 0: not known
  };
  /// Once a second; the new wait in milliseconds.
  int update(const Reading& reading);
  int current() const { return wait_; }

 private:
  int wait_;
  Reading before_;
  int calm_ = 0;  ///< seconds without loss
};

}  // namespace tributary
