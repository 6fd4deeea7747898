#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "media/opus_codec.h"

namespace tributary {

/// How loud an Opus stream is, for less than half of what it costs to hear it: one packet in 40 ms is
/// decoded, up to 8 kHz. Not thread safe.
class LevelMeter {
 public:
  /// What comes next does not follow what came before.
  void reset();
  /// dBFS of the next packet, at least silenceLevel; nullopt where it was passed over, or is no Opus.
  std::optional<double> hear(std::span<const uint8_t> packet);

 private:
  static constexpr int rate = 16'000;  ///< Hz; an "s" is hardly heard at 8000, which costs as much
  static constexpr size_t meteredEach = audioRate * 40 / 1000;

  TalkDecoder decoder_{rate};
  std::vector<float> samples_;
  size_t passed_ =
      meteredEach;  ///< samples at 48 kHz since the last that was decoded: the first is of use at once
};

}  // namespace tributary
