#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

namespace tributary {

/// Writes a receiver's transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01): which
/// packets came, and when. A packet that comes after it was told to be missing is told of again, with all
/// behind it, so that the sender takes its loss back. Not thread safe. Pure.
class TransportFeedbackWriter {
 public:
  /// A packet with that number came at `arrived` (ns of a monotonic clock). A second copy counts for nothing.
  void onPacket(uint16_t sequence, int64_t arrived);

  /// One RTCP packet of what was not told yet (of the first part of it, when it is much); empty when all is
  /// told. `sender` and `media` are its SSRCs.
  std::vector<uint8_t> write(uint32_t sender, uint32_t media);

  /// Packets that come later than that after newer ones stay told as lost; ns.
  static constexpr int64_t memory = 500'000'000;

 private:
  struct Arrival {
    int64_t number;
    int64_t at;
  };

  bool add(Arrival arrival);
  int64_t unwrap(uint16_t sequence) const;
  void forget(int64_t now);

  std::deque<Arrival> arrivals_;  ///< in order of numbers, of the last `memory` and what was not told yet
  std::optional<int64_t> next_;   ///< to tell of
  int64_t newest_ = 0;            ///< number
  int64_t oldest_ = 0;            ///< that may still come
  uint8_t count_ = 0;             ///< of reports written
};

}  // namespace tributary
