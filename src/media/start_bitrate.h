#pragma once

#include <gst/sdp/sdp.h>

namespace tributary {

/// Adds `x-google-start-bitrate` to every video codec of an answer: where Chromium's encoders begin until the
/// first feedback. Without it they begin with 300 kbit/s, and what stands still keeps the coarse colours of
/// that first key frame for many seconds. Others ignore it; what the way carries remains for the sender's own
/// estimator to find. `bitrate` in bit/s.
void hintStartBitrate(GstSDPMessage& answer, int bitrate);

}  // namespace tributary
