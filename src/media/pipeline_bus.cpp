#include "media/pipeline_bus.h"

#include <gst/gst.h>

#include <utility>

#include "base/log.h"

namespace tributary {
namespace {

std::string factoryOf(GstObject* source) {
  if (!GST_IS_ELEMENT(source)) return "pipeline";
  GstElementFactory* factory = gst_element_get_factory(GST_ELEMENT(source));
  return factory != nullptr ? GST_OBJECT_NAME(factory) : "pipeline";
}

/// Why data stopped, where that was it: " (not-linked)".
std::string flowIn(GstMessage* message) {
  const GstStructure* details = nullptr;
  gst_message_parse_error_details(message, &details);
  gint flow = 0;
  if (details == nullptr || !gst_structure_get_int(details, "flow-return", &flow)) return "";
  return std::string(" (") + gst_flow_get_name(static_cast<GstFlowReturn>(flow)) + ")";
}

}  // namespace

void PipelineBus::watch(GstElement* pipeline, OnError onError) {
  onError_ = std::move(onError);
  GstBus* bus = gst_element_get_bus(pipeline);
  id_ = gst_bus_add_watch(bus, onMessage, this);
  gst_object_unref(bus);
}

void PipelineBus::stop() {
  if (id_ != 0) g_source_remove(std::exchange(id_, 0));
}

int PipelineBus::onMessage(GstBus*, GstMessage* message, void* self) {
  const auto type = GST_MESSAGE_TYPE(message);
  if (type != GST_MESSAGE_ERROR && type != GST_MESSAGE_WARNING) return G_SOURCE_CONTINUE;
  GError* error = nullptr;
  if (type == GST_MESSAGE_ERROR) {
    gst_message_parse_error(message, &error, nullptr);
  } else {
    gst_message_parse_warning(message, &error, nullptr);
  }
  const std::string element = factoryOf(GST_MESSAGE_SRC(message));
  std::string sentence = error->message;
  if (type == GST_MESSAGE_ERROR) sentence += flowIn(message);
  g_clear_error(&error);
  if (type == GST_MESSAGE_WARNING) {
    log::warning("media.warning", {{"element", element}, {"message", sentence}});
    return G_SOURCE_CONTINUE;
  }
  auto* bus = static_cast<PipelineBus*>(self);
  bus->id_ = 0;  // one error is the end of a pipeline; the callback may destroy us
  const auto onError = std::move(bus->onError_);
  onError(element, sentence);
  return G_SOURCE_REMOVE;
}

}  // namespace tributary
