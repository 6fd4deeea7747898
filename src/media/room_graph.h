#pragma once

#include <map>
#include <string>

#include "media/pipeline_graph.h"

namespace tributary {

/// What of a room's media to draw.
struct GraphWish {
  PipelineGraph::Detail detail = PipelineGraph::Detail::overview;
  std::string participant;  ///< that one's pipeline alone, with the mixers; empty: everybody's
  std::map<std::string, std::string> names;  ///< by identity, for titles
  std::string title;
};

}  // namespace tributary
