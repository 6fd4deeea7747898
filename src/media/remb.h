#pragma once

#include <cstdint>

typedef struct _GstBuffer GstBuffer;

namespace tributary {

/// Adds to a compound RTCP packet how much its receiver may send, bit/s (REMB,
/// draft-alvestrand-rmcat-remb-03), of the stream `media`. False, and nothing is changed, when it is full.
/// Thread: any.
bool addRemb(GstBuffer* rtcp, uint32_t sender, uint32_t media, uint32_t bitrate);

}  // namespace tributary
