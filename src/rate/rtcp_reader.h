#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace tributary {

/// What a compound RTCP packet of a receiver says of its way (RFC 3550, 6.4; draft-alvestrand-rmcat-remb-03).
struct ReceiverNews {
  std::optional<double> fractionLost;  ///< 0 … 1, of the worst stream since its last report
  /// Between two reports of the stream that reports a sender report of ours: our time of that one and how
  /// long ago it arrived, both in 1/65536 s.
  std::optional<uint32_t> lastSenderReport;
  uint32_t delaySince = 0;
  std::optional<double> remb;  ///< bit/s
};

/// Anything malformed ends the reading; what came before counts. Pure.
ReceiverNews readReceiverNews(std::span<const uint8_t> compound);

/// The round trip from such a pair and our clock's middle 32 bits of NTP time at arrival; nanoseconds,
/// nullopt when it makes no sense. Pure.
std::optional<int64_t> roundTripFrom(const ReceiverNews& news, uint32_t ntpNow);

}  // namespace tributary
