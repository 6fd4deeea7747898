#pragma once

#include <cstdint>
#include <functional>
#include <optional>

typedef struct _GstBuffer GstBuffer;

namespace tributary {

/// What a stream has sent since it began, as sender reports count it (RFC 3550, 6.4.1): of the payload,
/// modulo 2^32.
struct SentCount {
  uint32_t packets = 0;
  uint32_t octets = 0;
};

/// Calls `told` for each sender report of a compound packet: SSRC, NTP time in 32.32 fixed point, RTP time.
/// Thread: any.
void readSenderReports(GstBuffer* rtcp, const std::function<void(uint32_t, uint64_t, uint32_t)>& told);

/// Writes into the sender reports of a compound packet how much was really sent, of the streams that
/// `sentBy` an SSRC knows: rtpsession counts what passes it (direct_stream.h). Whether anything was changed.
/// Thread: any.
bool correctSenderReports(GstBuffer* rtcp, const std::function<std::optional<SentCount>(uint32_t)>& sentBy);

}  // namespace tributary
