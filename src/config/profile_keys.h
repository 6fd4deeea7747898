#pragma once

#include "config/config_visitor.h"
#include "config/pipeline_profile.h"

namespace tributary::config {

/// Visits every key of a profile; internal to config/.
void describe(Visitor& visit, PipelineProfile& profile);

/// Names of profiles, layouts and renditions: they become file names, metric labels and menu entries.
extern const TextRule nameRule;

}  // namespace tributary::config
