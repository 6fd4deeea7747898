#include "media/encoder_check.h"

#include <gst/gst.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/nearest.h"

namespace tributary {
namespace {

constexpr GstClockTime trialDeadline = 5 * GST_SECOND;

constexpr int firstFilePass = 17;  // of x264enc: pass1, pass2 and pass3

struct Refused {
  std::string_view property;
  std::string_view why;
};
constexpr std::array<Refused, 4> refused = {{
    {"bitrate", "comes from the renditions' `bitrate`; set it there"},
    {"target-bitrate", "comes from the renditions' `bitrate`; set it there"},
    {"multipass-mode", "would keep statistics in a file; live encoding has one pass"},
    {"parent", "is no setting"},
}};

std::vector<std::string> propertyNames(GObject* element) {
  guint count = 0;
  GParamSpec** specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &count);
  std::vector<std::string> out;
  for (guint i = 0; i < count; ++i) {
    if ((specs[i]->flags & G_PARAM_WRITABLE) != 0) out.emplace_back(specs[i]->name);
  }
  g_free(specs);
  return out;
}

template <typename Spec, typename Value>
std::string outOfRange(const Spec* spec, Value value) {
  if (value >= spec->minimum && value <= spec->maximum) return "";
  return "must be from " + std::to_string(spec->minimum) + " to " + std::to_string(spec->maximum);
}

std::string enumNicks(GParamSpec* spec) {
  const GEnumClass* values = G_PARAM_SPEC_ENUM(spec)->enum_class;
  std::vector<std::string> nicks;
  for (guint i = 0; i < values->n_values; ++i)
    nicks.emplace_back(values->values[i].value_nick);
  return "must be one of " + joined(nicks);
}

/// What a value of that type looks like.
std::string rightFor(GParamSpec* spec) {
  if (G_IS_PARAM_SPEC_ENUM(spec)) return enumNicks(spec);
  if (G_IS_PARAM_SPEC_BOOLEAN(spec)) return "must be true or false";
  if (G_IS_PARAM_SPEC_FLOAT(spec) || G_IS_PARAM_SPEC_DOUBLE(spec)) return "must be a number";
  if (G_IS_PARAM_SPEC_INT(spec) || G_IS_PARAM_SPEC_UINT(spec) || G_IS_PARAM_SPEC_INT64(spec) ||
      G_IS_PARAM_SPEC_UINT64(spec)) {
    return "must be a whole number";
  }
  return std::string("must be a ") + g_type_name(G_PARAM_SPEC_VALUE_TYPE(spec));
}

std::string wrongWithRange(GParamSpec* spec, const GValue& value) {
  if (G_IS_PARAM_SPEC_INT(spec)) return outOfRange(G_PARAM_SPEC_INT(spec), g_value_get_int(&value));
  if (G_IS_PARAM_SPEC_UINT(spec)) return outOfRange(G_PARAM_SPEC_UINT(spec), g_value_get_uint(&value));
  if (G_IS_PARAM_SPEC_INT64(spec)) return outOfRange(G_PARAM_SPEC_INT64(spec), g_value_get_int64(&value));
  if (G_IS_PARAM_SPEC_UINT64(spec)) return outOfRange(G_PARAM_SPEC_UINT64(spec), g_value_get_uint64(&value));
  if (G_IS_PARAM_SPEC_FLOAT(spec)) return outOfRange(G_PARAM_SPEC_FLOAT(spec), g_value_get_float(&value));
  if (G_IS_PARAM_SPEC_DOUBLE(spec)) return outOfRange(G_PARAM_SPEC_DOUBLE(spec), g_value_get_double(&value));
  return "";
}

/// The first error on the bus, or "" at the end of the stream.
std::string outcome(GstElement* pipeline) {
  GstBus* bus = gst_element_get_bus(pipeline);
  GstMessage* message = gst_bus_timed_pop_filtered(
      bus, trialDeadline, static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS));
  gst_object_unref(bus);
  if (message == nullptr) return "gives no frames within 5 seconds";
  std::string out;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    out = std::string("does not encode with these properties: ") + error->message;
    g_error_free(error);
  }
  gst_message_unref(message);
  return out;
}

/// Encodes ten small frames.
std::string tryOut(const VideoCodec& codec, const ObjectPtr<GstElement>& encoder) {
  auto source = makeElement("videotestsrc");
  auto raw = makeElement("capsfilter");
  auto filter = makeElement("capsfilter");
  auto sink = makeElement("fakesink");
  for (const auto* made : {&source, &raw, &filter, &sink}) {
    if (!*made) return made->error().message;
  }
  g_object_set(source->get(), "num-buffers", 10, nullptr);
  const auto setCaps = [](GstElement* on, const char* text) {
    GstCaps* caps = gst_caps_from_string(text);
    g_object_set(on, "caps", caps, nullptr);
    gst_caps_unref(caps);
  };
  setCaps(raw->get(), "video/x-raw,format=I420,width=320,height=180,framerate=25/1");
  setCaps(filter->get(), std::string(codec.encodedCaps).c_str());
  const auto pipeline = ObjectPtr<GstElement>::sink(gst_pipeline_new("trial"));
  gst_bin_add_many(GST_BIN(pipeline.get()), source->get(), raw->get(), encoder.get(), filter->get(),
                   sink->get(), nullptr);
  std::string out = "does not give " + std::string(codec.encodedCaps) + " with these properties";
  if (gst_element_link_many(source->get(), raw->get(), encoder.get(), filter->get(), sink->get(), nullptr)) {
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    out = outcome(pipeline.get());
  }
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return out;
}

}  // namespace

std::string wrongWithProperty(GObject* element, const std::string& property, const std::string& value) {
  GParamSpec* spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), property.c_str());
  const std::string type = GST_OBJECT_NAME(gst_element_get_factory(GST_ELEMENT(element)));
  if (spec == nullptr || (spec->flags & G_PARAM_WRITABLE) == 0) {
    const auto meant = nearest(property, propertyNames(element));
    return type + " has no such property" + (meant.empty() ? "" : "; did you mean \"" + meant + "\"?");
  }
  for (const auto& entry : refused) {
    if (property == entry.property) return std::string(entry.why);
  }
  if (G_IS_PARAM_SPEC_STRING(spec) || G_TYPE_IS_OBJECT(G_PARAM_SPEC_VALUE_TYPE(spec))) {
    return "may not be set by a profile: a text could name a file";
  }
  GValue parsed = G_VALUE_INIT;
  g_value_init(&parsed, G_PARAM_SPEC_VALUE_TYPE(spec));
  const bool reads = gst_value_deserialize(&parsed, value.c_str()) != FALSE;
  std::string wrong = reads ? wrongWithRange(spec, parsed) : rightFor(spec);
  if (wrong.empty() && property == "pass" && g_value_get_enum(&parsed) >= firstFilePass) {
    wrong = "must be one of cbr, quant, qual: others keep statistics in a file";
  }
  g_value_unset(&parsed);
  if (!wrong.empty()) wrong += "; it is \"" + value + "\"";
  return wrong;
}

std::vector<PropertyMistake> checkProperties(const EncoderSettings& settings) {
  const auto element = makeElement(settings.element, "encoder");
  if (!element) return {{"", element.error().message}};
  std::vector<PropertyMistake> out;
  for (const auto& [property, value] : settings.properties) {
    auto wrong = wrongWithProperty(G_OBJECT(element->get()), property, value);
    if (!wrong.empty()) out.push_back({property, std::move(wrong)});
  }
  return out;
}

std::string tryEncoder(const std::string& codec, const EncoderSettings& settings) {
  const VideoCodec* known = findVideoCodec(codec);
  if (known == nullptr) return "";
  const auto encoder = makeEncoder(settings, 500'000);
  return encoder ? tryOut(*known, *encoder) : encoder.error().message;
}

}  // namespace tributary
