#pragma once

#include <cstdint>
#include <memory>

#include "base/main_context.h"
#include "rate/rate_meter.h"

namespace tributary {

class PeerOutput;
class Resender;

/// Sends a peer what it has already, to learn whether its way takes more: the last packets of the picture
/// once more, as retransmissions (RFC 4588), which every receiver drops. Those with padding bytes alone
/// would use up sequence numbers, so that losing them would hold up the picture.
/// Thread: owner.
class Padding {
 public:
  /// `resender` must outlive it.
  Padding(Resender& resender, std::shared_ptr<PeerOutput> output);

  /// Whether the peer takes retransmissions.
  bool possible() const;
  /// All that is sent should add up to that, bit/s on the wire; 0: no padding.
  void setTarget(double bitrate);

 private:
  void tick();
  void send();

  Resender& resender_;
  std::shared_ptr<PeerOutput> output_;
  double target_ = 0;
  double owed_ = 0;  ///< bytes
  int64_t tickedAt_ = 0;
  size_t next_ = 0;
  RateMeter sent_{250'000'000};
  Timer timer_;
};

}  // namespace tributary
