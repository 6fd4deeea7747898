#include "config/pipeline_profile.h"

#include <glib.h>

#include <algorithm>
#include <array>

#include "config/config_visitor.h"

namespace tributary {
namespace {

using config::Range;
using config::Reader;

// Elements that may encode, and no others: a profile must not be a way to start a filesink.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> allowedEncoders = {
    {{"VP8", "vp8enc"}, {"VP9", "vp9enc"}, {"H264", "openh264enc"}, {"H264", "x264enc"}}};

void oneOf(Reader& reader, std::string_view key, std::string& value,
           const std::vector<std::string>& choices) {
  reader.text(key, value, "");
  if (std::ranges::find(choices, value) != choices.end()) return;
  std::string all;
  for (const auto& choice : choices)
    all.append(all.empty() ? "" : ", ").append(choice);
  reader.refuse(key, "must be one of " + all);
}

void even(Reader& reader, std::string_view key, int& value, Range range) {
  reader.number(key, value, range, "");
  if (value % 2 != 0) reader.refuse(key, "must be even: I420 pictures are");
}

void readCanvas(Reader& reader, PipelineProfile::Canvas& canvas) {
  reader.begin("canvas", "");
  even(reader, "width", canvas.width, {160, 3840});
  even(reader, "height", canvas.height, {90, 2160});
  reader.number("framerate", canvas.framerate, {1, 60}, "");
  reader.text("background", canvas.background, "");
  if (!parseColour(canvas.background)) reader.refuse("background", "must be a colour like #101418");
  reader.end();
}

void readLayout(Reader& reader, PipelineProfile::Layout& layout) {
  reader.begin("layout", "");
  reader.text("name", layout.name, "");
  reader.number("maxTiles", layout.maxTiles, {1, 49}, "");
  even(reader, "gap", layout.gap, {0, 64});
  oneOf(reader, "fit", layout.fit, {"crop", "letterbox"});
  reader.flag("names", layout.names, "");
  reader.end();
}

void readAudio(Reader& reader, PipelineProfile::Audio& audio) {
  reader.begin("audio", "");
  reader.number("talkerSlots", audio.talkerSlots, {1, 16}, "");
  reader.number("bitrate", audio.bitrate, {8'000, 256'000}, "");
  reader.number("complexity", audio.complexity, {0, 10}, "");
  reader.flag("fec", audio.fec, "");
  reader.end();
}

void readRenditions(Reader& reader, PipelineProfile& profile) {
  const auto list = reader.take("renditions");
  if (!list) return;
  if (!list->isArray() || list->size() == 0 || list->size() > 8) {
    return reader.refuse("renditions", "must be an array of 1 to 8 {name, height, bitrate}");
  }
  profile.renditions.clear();
  for (size_t i = 0; i < list->size(); ++i) {
    const std::string path = "$.renditions[" + std::to_string(i) + "]";
    Reader entry(list->at(i));
    PipelineProfile::Rendition rendition;
    even(entry, "height", rendition.height, {90, 2160});
    rendition.name = std::to_string(rendition.height) + "p";
    entry.text("name", rendition.name, "");
    entry.number("bitrate", rendition.bitrate, {50'000, 50'000'000}, "");
    for (const auto& mistake : entry.finish())
      reader.mistake(path, mistake.substr(1));
    for (const auto& other : profile.renditions) {
      if (other.name == rendition.name) reader.mistake(path + ".name", "is used twice: " + rendition.name);
    }
    profile.renditions.push_back(rendition);
  }
}

/// A property's value as GStreamer's text form; JSON numbers and flags are welcome.
std::optional<std::string> propertyText(const Json& value) {
  if (auto text = value.string()) return text;
  if (const auto flag = value.boolean()) return *flag ? "true" : "false";
  if (const auto whole = value.integer()) return std::to_string(*whole);
  if (const auto number = value.number()) return config::plain(*number);
  return std::nullopt;
}

/// The JSON path of a member.
std::string under(std::string path, std::string_view key) {
  return path.append(".").append(key);
}

void readEncoder(Reader& reader, const std::string& codec, const Json& json, PipelineProfile& profile) {
  const std::string path = "$.encoders." + codec;
  PipelineProfile::Encoder encoder;
  encoder.element = json["element"].stringOr("");
  std::string allowed;
  bool known = false;
  for (const auto& [of, element] : allowedEncoders) {
    if (of != codec) continue;
    allowed.append(allowed.empty() ? "" : " or ").append(element);
    known = known || element == encoder.element;
  }
  if (allowed.empty()) return reader.mistake(path, "is no codec that can be mixed; VP8, VP9 and H264 are");
  if (!known) reader.mistake(path + ".element", "must be " + allowed);
  for (const auto& key : json.keys()) {
    if (key != "element" && key != "properties") reader.mistake(under(path, key), "unknown key");
  }
  for (const auto& key : json["properties"].keys()) {
    auto text = propertyText(json["properties"][key]);
    if (!text)
      reader.mistake(under(under(path, "properties"), key), "must be a string, a number, true or false");
    encoder.properties[key] = text.value_or("");
  }
  profile.encoders[codec] = std::move(encoder);
}

void readEncoders(Reader& reader, PipelineProfile& profile) {
  const auto encoders = reader.take("encoders");
  if (!encoders) return;
  if (!encoders->isObject())
    return reader.refuse("encoders", "must be an object: codec → {element, properties}");
  for (const auto& codec : encoders->keys())
    readEncoder(reader, codec, (*encoders)[codec], profile);
}

}  // namespace

std::optional<uint32_t> parseColour(const std::string& text) {
  if (text.size() != 7 || text[0] != '#') return std::nullopt;
  if (text.find_first_not_of("0123456789abcdefABCDEF", 1) != std::string::npos) return std::nullopt;
  return static_cast<uint32_t>(std::stoul(text.substr(1), nullptr, 16));
}

Result<PipelineProfile> parsePipelineProfile(const Json& json) {
  PipelineProfile out;
  Reader reader(json);
  std::string description;
  reader.text("$schema", description, "");
  reader.text("description", description, "");
  readCanvas(reader, out.canvas);
  readLayout(reader, out.layout);
  readRenditions(reader, out);
  readEncoders(reader, out);
  readAudio(reader, out.audio);
  for (size_t i = 0; i < out.renditions.size(); ++i) {
    if (out.renditions[i].height <= out.canvas.height) continue;
    reader.mistake("$.renditions[" + std::to_string(i) + "].height",
                   "is above the canvas's height " + std::to_string(out.canvas.height));
  }
  std::string all;
  for (const auto& mistake : reader.finish())
    all += (all.empty() ? "" : "\n") + mistake;
  if (!all.empty()) return fail(ErrorCode::badRequest, all);
  return out;
}

}  // namespace tributary
