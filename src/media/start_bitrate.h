#pragma once

#include <gst/sdp/sdp.h>

#include <string>

namespace tributary {

/// An answer as text, with `x-google-start-bitrate` at every video codec: where Chromium's encoders begin
/// until the first feedback. Without it they begin with 300 kbit/s, and what stands still keeps the coarse
/// colours of that first key frame for many seconds. Others ignore it; what the way carries remains for the
/// sender's own estimator to find. `bitrate` in bit/s.
std::string textWithStartBitrate(const GstSDPMessage& answer, int bitrate);

}  // namespace tributary
