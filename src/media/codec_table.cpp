#include "media/codec_table.h"

#include <gst/gst.h>

#include <array>

#include "media/encoder_check.h"

namespace tributary {
namespace {

// A new codec is a line here and one in defaults below; docs/guides/add-an-encoder-or-codec.md has the rest.
const std::array<VideoCodec, 3> codecs = {{
    {"VP8", "rtpvp8depay", "", {"vp8dec"}, "rtpvp8pay", "video/x-vp8"},
    {"H264",
     "rtph264depay",
     "h264parse",
     {"avdec_h264", "openh264dec"},
     "rtph264pay",
     "video/x-h264,profile=constrained-baseline,stream-format=byte-stream,alignment=au"},
    {"VP9", "rtpvp9depay", "", {"vp9dec"}, "rtpvp9pay", "video/x-vp9"},
}};

// Key frames come when a receiver asks; keyframe-max-dist only bounds the damage of a receiver that cannot.
const std::map<std::string_view, EncoderSettings> defaults = {
    {"VP8",
     {"vp8enc",
      {{"deadline", "1"},
       {"cpu-used", "-10"},
       {"threads", "1"},
       {"end-usage", "cbr"},
       {"lag-in-frames", "0"},
       {"error-resilient", "0"},
       {"keyframe-max-dist", "3000"},
       {"buffer-size", "600"},
       {"buffer-initial-size", "400"},
       {"buffer-optimal-size", "500"},
       {"undershoot", "95"},
       {"max-intra-bitrate",
        "375"},  // per cent of a frame's share: a key frame must fit into thin ways' queues
       {"max-quantizer", "56"},
       {"min-quantizer", "4"},
       // A macroblock that differs by less than 1.4 a pixel (root mean square) from what is seen already is
       // not coded: a quarter less work, and no worse by PSNR at the same bit rate (docs/performance.md).
       {"static-threshold", "500"}}}},
    {"H264",
     {"openh264enc",
      {{"complexity", "low"},
       {"rate-control", "bitrate"},
       {"usage-type", "camera"},
       {"multi-thread", "1"},
       {"gop-size", "3000"},
       {"enable-frame-skip", "false"}}}},
    {"VP9",
     {"vp9enc",
      {{"deadline", "1"},
       {"cpu-used", "-9"},
       {"threads", "1"},
       {"end-usage", "cbr"},
       {"lag-in-frames", "0"},
       {"max-intra-bitrate", "375"},
       {"keyframe-max-dist", "3000"}}}},
};

struct BitrateProperty {
  std::string_view element;
  const char* property;
  int unit;  ///< bit/s
};

constexpr std::array<BitrateProperty, 4> bitrateProperties = {{{"vp8enc", "target-bitrate", 1},
                                                               {"vp9enc", "target-bitrate", 1},
                                                               {"openh264enc", "bitrate", 1},
                                                               {"x264enc", "bitrate", 1000}}};

Result<void> setProperty(GstElement* element, const std::string& key, const std::string& value) {
  const auto wrong = wrongWithProperty(G_OBJECT(element), key, value);
  if (!wrong.empty()) return fail(ErrorCode::badRequest, "'" + key + "' " + wrong);
  gst_util_set_object_arg(G_OBJECT(element), key.c_str(), value.c_str());
  return {};
}

}  // namespace

void setEncoderBitrate(GstElement* encoder, int bitrate) {
  const std::string_view factory = GST_OBJECT_NAME(gst_element_get_factory(encoder));
  for (const auto& known : bitrateProperties) {
    if (known.element == factory) g_object_set(encoder, known.property, bitrate / known.unit, nullptr);
  }
}

const VideoCodec* findVideoCodec(std::string_view name) {
  for (const auto& codec : codecs) {
    if (codec.name == name) return &codec;
  }
  return nullptr;
}

std::vector<std::string_view> videoCodecNames() {
  std::vector<std::string_view> out;
  out.reserve(codecs.size());
  for (const auto& codec : codecs)
    out.push_back(codec.name);
  return out;
}

EncoderSettings defaultEncoder(std::string_view codec) {
  const auto found = defaults.find(codec);
  return found != defaults.end() ? found->second : EncoderSettings{};
}

EncoderSettings encoderWith(std::string_view codec, EncoderSettings chosen) {
  auto builtIn = defaultEncoder(codec);
  if (chosen.element == builtIn.element) chosen.properties.merge(builtIn.properties);
  return chosen;
}

Result<ObjectPtr<GstElement>> makeElement(std::string_view factory, std::string_view name) {
  const std::string instance(name);
  auto element = ObjectPtr<GstElement>::sink(
      gst_element_factory_make(std::string(factory).c_str(), instance.empty() ? nullptr : instance.c_str()));
  if (!element) {
    return fail(ErrorCode::internal,
                "the GStreamer element '" + std::string(factory) + "' is not installed (scripts/setup does)");
  }
  return element;
}

Result<ObjectPtr<GstElement>> makeEncoder(const EncoderSettings& settings, int bitrate) {
  auto element = makeElement(settings.element, "encoder");
  if (!element) return element;
  for (const auto& [key, value] : settings.properties) {
    const auto set = setProperty(element->get(), key, value);
    if (!set) return tl::unexpected(set.error());
  }
  setEncoderBitrate(element->get(), bitrate);
  return element;
}

Result<ObjectPtr<GstElement>> makeDecoder(const VideoCodec& codec, const std::string& name) {
  Result<ObjectPtr<GstElement>> element = fail(ErrorCode::internal, "no decoder");
  for (const auto factory : codec.decoders) {
    element = makeElement(factory, name);
    if (element) break;
  }
  if (!element) return element;
  GObjectClass* properties = G_OBJECT_GET_CLASS(element->get());
  if (g_object_class_find_property(properties, "max-threads") != nullptr) {
    g_object_set(element->get(), "max-threads", 1, nullptr);
  }
  if (g_object_class_find_property(properties, "threads") != nullptr) {
    g_object_set(element->get(), "threads", 1, nullptr);
  }
  g_object_set(element->get(), "qos", FALSE, nullptr);
  return element;
}

}  // namespace tributary
