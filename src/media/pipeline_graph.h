#pragma once

#include <gst/gst.h>

#include <string>
#include <string_view>
#include <vector>

#include "glib/object_ptr.h"

namespace tributary {

/// Puts GStreamer pipelines and what stands between them into one DOT graph. Names and figures only, never an
/// element's properties: those hold keys, passwords and certificates. Thread: owner.
class PipelineGraph {
 public:
  enum class Detail {
    overview,  ///< a pipeline's own elements; webrtcbin and other bins are one node
    full,      ///< gst_debug_bin_to_dot_data() of each
  };

  /// What a node of ours is, which gives it its colour.
  enum class Kind { store, mixer };

  PipelineGraph(Detail detail, std::string title) : detail_(detail), title_(std::move(title)) {}

  /// A part of the mixer that is no GStreamer element. `id` names it in edge().
  void addNode(const std::string& id, Kind kind, const std::vector<std::string>& lines);

  /// All of a pipeline, in a box. Its elements are named "<id>/<element's name>" in edge().
  void addPipeline(const std::string& id, const std::string& title, GstElement* pipeline);

  /// A peer's pipeline. The overview draws its webrtcbin twice, in a box for what comes and one for what
  /// goes, so that the whole is read from left to right.
  void addPeer(const std::string& id, const std::string& who, GstElement* pipeline);

  /// Media goes from one to the other; an end that is not there is left out with its edge.
  void addEdge(const std::string& from, const std::string& to, const std::string& label = {});

  std::string dot() const;

 private:
  using Elements = std::vector<ObjectPtr<GstElement>>;

  void beginBox(const std::string& id, const std::string& title, GstElement* pipeline);
  void addElement(const std::string& id, const std::string& name, GstElement* element);
  void addElements(const std::string& id, GstElement* pipeline);
  void addLinks(const std::string& id, GstElement* element);
  void addVerbatim(const std::string& id, GstElement* pipeline);

  struct Edge {
    std::string from;
    std::string to;
    std::string label;
  };

  Detail detail_;
  std::string title_;
  std::string body_;
  std::vector<std::string> ids_;
  std::vector<Edge> edges_;
  std::vector<std::pair<std::string, std::string>> names_;  ///< ours → the dump's, where Detail is full
};

/// A DOT string: quoted, with quotes, backslashes and control characters made harmless.
std::string dotQuoted(std::string_view text);

}  // namespace tributary
