#pragma once

#include <string>
#include <vector>

#include "config/pipeline_profile.h"

namespace tributary {

/// What only GStreamer can tell of a profile: lines `$.encoders.VP8.properties.x: what would be right`.
/// `trial` encodes a few frames with each encoder too, which a running room has no time for.
std::vector<std::string> elementMistakes(const PipelineProfile& profile, bool trial);

}  // namespace tributary
