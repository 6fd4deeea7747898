#include "media/pipeline_graph.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "glib/object_ptr.h"

namespace tributary {
namespace {

constexpr const char* header =
    "  rankdir=LR;\n  fontname=\"sans-serif\";\n  fontsize=16;\n  labelloc=t;\n  nodesep=0.25;\n  "
    "ranksep=0.6;\n"
    "  bgcolor=\"white\";\n"
    "  node [shape=box, style=\"filled,rounded\", fontname=\"sans-serif\", fontsize=11, color=\"#8a94a0\", "
    "fillcolor=\"#f4f6f8\", margin=\"0.12,0.06\"];\n"
    "  edge [fontname=\"sans-serif\", fontsize=9, color=\"#5b6672\", fontcolor=\"#5b6672\", "
    "arrowsize=0.7];\n";

/// Calls `each` for what an iterator gives.
void forEach(GstIterator* iterator, const std::function<void(GObject*)>& each) {
  GValue item = G_VALUE_INIT;
  for (;;) {
    const GstIteratorResult result = gst_iterator_next(iterator, &item);
    if (result == GST_ITERATOR_RESYNC) {
      gst_iterator_resync(iterator);
      continue;
    }
    if (result != GST_ITERATOR_OK) break;
    each(G_OBJECT(g_value_get_object(&item)));
    g_value_reset(&item);
  }
  g_value_unset(&item);
  gst_iterator_free(iterator);
}

std::string nameOf(gpointer object) {
  const std::unique_ptr<char, GFree> name(gst_object_get_name(GST_OBJECT(object)));
  return name.get();
}

std::string fieldText(const GstStructure* structure, const char* field) {
  const GValue* value = gst_structure_get_value(structure, field);
  if (value == nullptr || !gst_value_is_fixed(value)) return {};
  if (G_VALUE_HOLDS_STRING(value)) return g_value_get_string(value);
  const std::unique_ptr<char, GFree> text(gst_value_serialize(value));
  return text ? text.get() : "";
}

/// "RTP VP8", "I420 320x180": what a person wants to know of a link.
std::string mediaOf(GstPad* pad) {
  GstCaps* caps = gst_pad_get_current_caps(pad);
  if (caps == nullptr) return {};
  std::string out;
  if (gst_caps_get_size(caps) > 0) {
    const GstStructure* structure = gst_caps_get_structure(caps, 0);
    const std::string type = gst_structure_get_name(structure);
    if (type == "application/x-rtp") {
      out = "RTP " + fieldText(structure, "encoding-name");
    } else if (type == "video/x-raw") {
      out = fieldText(structure, "format");
    } else {
      out = type.substr(type.find('/') + 1);
      if (out.starts_with("x-")) out.erase(0, 2);
    }
    const std::string width = fieldText(structure, "width");
    if (!width.empty()) out += " " + width + "x" + fieldText(structure, "height");
  }
  gst_caps_unref(caps);
  return out;
}

std::string stateOf(GstElement* element) {
  GstState state = GST_STATE_NULL;
  gst_element_get_state(element, &state, nullptr, 0);
  return gst_element_state_get_name(state);
}

std::string factoryOf(GstElement* element) {
  const GstElementFactory* factory = gst_element_get_factory(element);
  return factory != nullptr ? GST_OBJECT_NAME(factory) : G_OBJECT_TYPE_NAME(element);
}

/// The one element with a way in and a way out.
bool isHub(GstElement* element) {
  return factoryOf(element) == "webrtcbin";
}

/// Stands behind a hub's name where it is drawn as what sends.
constexpr const char* sendingSide = " sends";

std::vector<ObjectPtr<GstElement>> elementsOf(GstElement* pipeline) {
  std::vector<ObjectPtr<GstElement>> out;
  forEach(gst_bin_iterate_elements(GST_BIN(pipeline)),
          [&](GObject* item) { out.push_back(ObjectPtr<GstElement>::share(item)); });
  return out;
}

std::string webrtcState(GstElement* element) {
  std::string out;
  for (const char* property : {"connection-state", "ice-connection-state"}) {
    GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), property);
    if (spec == nullptr || !G_IS_PARAM_SPEC_ENUM(spec)) continue;
    gint value = 0;
    g_object_get(element, property, &value, nullptr);
    const GEnumValue* known = g_enum_get_value(G_PARAM_SPEC_ENUM(spec)->enum_class, value);
    if (known != nullptr) out += std::string(out.empty() ? "" : ", ICE ") + known->value_nick;
  }
  return out;
}

/// As gst_debug_bin_to_dot_data() names a pad's node.
std::string dumpName(GstElement* element, const char* padName) {
  const auto pad = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(element, padName));
  if (!pad) return {};
  const auto one = [](gpointer object) {
    const std::unique_ptr<char, GFree> text(g_strdup_printf("%s_%p", nameOf(object).c_str(), object));
    g_strcanon(text.get(), G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_", '_');
    return std::string(text.get());
  };
  return one(element) + "_" + one(pad.get());
}

/// Lines as one centred label.
std::string labelOf(const std::vector<std::string>& lines) {
  std::string out;
  for (const auto& line : lines) {
    if (line.empty()) continue;
    const std::string quoted = dotQuoted(line);
    out += (out.empty() ? "" : "\\n") + quoted.substr(1, quoted.size() - 2);
  }
  return "\"" + out + "\"";
}

}  // namespace

std::string dotQuoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  }
  return out + "\"";
}

void PipelineGraph::addNode(const std::string& id, Kind kind, const std::vector<std::string>& lines) {
  const char* look = kind == Kind::mixer ? "fillcolor=\"#d8f3e4\", color=\"#1f8a5b\", penwidth=2, fontsize=13"
                                         : "fillcolor=\"#fff3d6\", color=\"#b98a1b\", shape=cylinder";
  body_ += "  " + dotQuoted(id) + " [label=" + labelOf(lines) + ", " + look + "];\n";
  ids_.push_back(id);
}

void PipelineGraph::beginBox(const std::string& id, const std::string& title, GstElement* pipeline) {
  const std::string state = stateOf(pipeline);
  body_ += "  subgraph " + dotQuoted("cluster " + id) +
           " {\n    label=" + labelOf({title, state == "PLAYING" ? "" : "state: " + state}) +
           ";\n    style=\"rounded,filled\"; color=\"#c5ccd3\"; fillcolor=\"#fbfcfd\"; fontsize=12; "
           "fontname=\"sans-serif\";\n";
}

void PipelineGraph::addPipeline(const std::string& id, const std::string& title, GstElement* pipeline) {
  beginBox(id, title, pipeline);
  if (detail_ == Detail::full) {
    addVerbatim(id, pipeline);
  } else {
    addElements(id, pipeline);
  }
  body_ += "  }\n";
}

void PipelineGraph::addPeer(const std::string& id, const std::string& who, GstElement* pipeline) {
  if (detail_ == Detail::full) return addPipeline(id, who, pipeline);
  const Elements elements = elementsOf(pipeline);
  for (const bool goes : {false, true}) {
    const auto isOfIt = [goes](const auto& element) { return isHub(element.get()) == goes; };
    if (std::ranges::none_of(elements, isOfIt)) continue;
    beginBox(id + (goes ? " out" : " in"), (goes ? "to " : "from ") + who, pipeline);
    for (const auto& element : elements) {
      const std::string name = nameOf(element.get());
      if (isHub(element.get())) {
        addElement(id, goes ? name + sendingSide : name, element.get());
      } else if (isOfIt(element)) {
        addElement(id, name, element.get());
      }
    }
    body_ += "  }\n";
  }
  for (const auto& element : elements)
    addLinks(id, element.get());
}

void PipelineGraph::addElement(const std::string& id, const std::string& name, GstElement* element) {
  const std::string made = factoryOf(element);
  const std::string state = stateOf(element);
  std::string look;
  if (isHub(element)) look = ", fillcolor=\"#dbe9ff\", color=\"#3569c4\"";
  if (state != "PLAYING") look = ", fillcolor=\"#ffdfd6\", color=\"#c44a2a\"";
  const bool plainName = isHub(element) || name.starts_with(made);
  body_ += "    " + dotQuoted(id + "/" + name) + " [label=" +
           labelOf({made, plainName ? "" : name, isHub(element) ? webrtcState(element) : "",
                    state == "PLAYING" ? "" : state}) +
           look + "];\n";
  ids_.push_back(id + "/" + name);
}

void PipelineGraph::addElements(const std::string& id, GstElement* pipeline) {
  const Elements elements = elementsOf(pipeline);
  for (const auto& element : elements)
    addElement(id, nameOf(element.get()), element.get());
  for (const auto& element : elements)
    addLinks(id, element.get());
}

void PipelineGraph::addLinks(const std::string& id, GstElement* element) {
  const std::string from = nameOf(element);
  forEach(gst_element_iterate_src_pads(element), [&](GObject* item) {
    const auto peer = ObjectPtr<GstPad>::adopt(gst_pad_get_peer(GST_PAD(item)));
    if (!peer) return;
    const auto next = ObjectPtr<GstElement>::adopt(gst_pad_get_parent_element(peer.get()));
    if (!next) return;
    const std::string to = nameOf(next.get()) + (isHub(next.get()) ? sendingSide : "");
    edges_.push_back({id + "/" + from, id + "/" + to, mediaOf(GST_PAD(item))});
  });
}

void PipelineGraph::addVerbatim(const std::string& id, GstElement* pipeline) {
  const auto details =
      static_cast<GstDebugGraphDetails>(GST_DEBUG_GRAPH_SHOW_MEDIA_TYPE | GST_DEBUG_GRAPH_SHOW_STATES);
  const std::unique_ptr<char, GFree> text(gst_debug_bin_to_dot_data(GST_BIN(pipeline), details));
  const std::string_view all = text.get();
  // Between its header, which ends with the legend, and its last brace.
  const size_t legend = all.find("  legend [");
  const size_t start = legend == std::string_view::npos ? legend : all.find("];\n", legend);
  const size_t end = all.rfind('}');
  if (start == std::string_view::npos || end == std::string_view::npos || end < start) return;
  body_ += all.substr(start + 3, end - start - 3);
  forEach(gst_bin_iterate_elements(GST_BIN(pipeline)), [&](GObject* item) {
    auto* element = GST_ELEMENT(item);
    for (const char* pad : {"src", "sink"}) {
      const std::string known = dumpName(element, pad);
      if (known.empty()) continue;
      const std::string ours = id + "/" + nameOf(element);
      names_.emplace_back(ours, known);
      ids_.push_back(ours);
      break;
    }
  });
}

void PipelineGraph::addEdge(const std::string& from, const std::string& to, const std::string& label) {
  edges_.push_back({from, to, label});
}

std::string PipelineGraph::dot() const {
  const auto named = [this](const std::string& id) {
    const auto known = std::ranges::find(names_, id, [](const auto& pair) { return pair.first; });
    return dotQuoted(known != names_.end() ? known->second : id);
  };
  std::string out =
      "digraph tributary {\n" + std::string(header) + "  label=" + labelOf({title_}) + ";\n" + body_;
  for (const auto& edge : edges_) {
    const auto known = [this](const std::string& id) { return std::ranges::find(ids_, id) != ids_.end(); };
    if (!known(edge.from) || !known(edge.to)) continue;
    out += "  " + named(edge.from) + " -> " + named(edge.to);
    if (!edge.label.empty()) out += " [label=" + labelOf({edge.label}) + "]";
    out += ";\n";
  }
  return out + "}\n";
}

}  // namespace tributary
