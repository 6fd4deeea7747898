#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <vector>

namespace tributary::load {

/// Puts together what a clock sender and the probes saw of the same picture. Moments are nanoseconds on
/// monotonicNow()'s scale, timecodes its milliseconds modulo 2^24. Thread: any.
class LatencyMeter {
 public:
  /// The last packet of the frame with that timecode went to the sender's socket.
  void sent(uint32_t timecode, int64_t at);

  /// A probe decoded the first composite that shows this timecode; its first packet came at `firstPacket`.
  void seen(uint32_t timecode, int64_t firstPacket, int64_t decoded);

  struct Sample {
    int64_t at = 0;      ///< when it was decoded
    double glass = 0;    ///< painted → decoded, ms
    double server = -1;  ///< last packet in → first packet of the composite out, ms; < 0: not known
  };
  std::vector<Sample> samples() const;
  void clear();

 private:
  mutable std::mutex mutex_;
  std::map<uint32_t, int64_t> sent_;
  std::vector<Sample> samples_;
};

}  // namespace tributary::load
