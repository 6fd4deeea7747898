#include "config/pipeline_profile.h"

#include <algorithm>
#include <utility>

#include "base/nearest.h"
#include "config/profile_keys.h"

namespace tributary {
namespace {

using config::Reader;

struct EncoderOf {
  std::string_view codec;
  std::string_view element;
};

constexpr EncoderOf encoderTable[] = {
    {"VP8", "vp8enc"}, {"VP9", "vp9enc"}, {"H264", "openh264enc"}, {"H264", "x264enc"}};

std::string element(const char* list, size_t index, const char* key = "") {
  return std::string("$.") + list + "[" + std::to_string(index) + "]" + key;
}

/// Refuses a name that is none of `known`; empty is always right.
void checkName(Reader& reader, const std::string& path, const std::string& name,
               const std::vector<std::string>& known) {
  if (name.empty() || std::ranges::find(known, name) != known.end()) return;
  const auto meant = nearest(name, known);
  reader.mistake(path,
                 "there is no \"" + name + "\"; " +
                     (meant.empty() ? "there are " + joined(known) : "did you mean \"" + meant + "\"?"));
}

void checkLayouts(Reader& reader, const PipelineProfile& profile) {
  std::vector<std::string> known;
  for (const auto name : layoutNames()) {
    if (name != "custom") known.emplace_back(name);  // its regions come from `layouts`, by another name
    if (profile.layouts.contains(std::string(name))) {
      reader.mistake("$.layouts." + std::string(name), "is the name of a built-in layout; take another");
    }
  }
  for (const auto& [name, layout] : profile.layouts)
    known.push_back(name);
  checkName(reader, "$.layout.name", profile.layout.name, known);
  checkName(reader, "$.layout.whenScreen", profile.layout.whenScreen, known);
  checkName(reader, "$.layout.whenSpotlight", profile.layout.whenSpotlight, known);
  for (size_t i = 0; i < profile.layout.allowed.size(); ++i)
    checkName(reader, element("layout.allowed", i), profile.layout.allowed[i], known);
  if (profile.layout.name.empty()) reader.mistake("$.layout.name", "must name a layout");
}

bool overlap(const Region& a, const Region& b) {
  constexpr double slack = 1e-6;
  return a.z == b.z && a.left + slack < b.left + b.width && b.left + slack < a.left + a.width &&
         a.top + slack < b.top + b.height && b.top + slack < a.top + a.height;
}

void checkRegions(Reader& reader, const std::string& path, const std::vector<Region>& regions) {
  for (size_t i = 0; i < regions.size(); ++i) {
    const std::string at = path + ".regions[" + std::to_string(i) + "]";
    const Region& region = regions[i];
    if (region.left + region.width > 1 + 1e-6)
      reader.mistake(at + ".width", "reaches over the right edge; left + width must be at most 1");
    if (region.top + region.height > 1 + 1e-6)
      reader.mistake(at + ".height", "reaches over the lower edge; top + height must be at most 1");
    for (size_t j = 0; j < i; ++j) {
      if (!overlap(region, regions[j])) continue;
      reader.mistake(at, "overlaps regions[" + std::to_string(j) + "]; move it, or give it another z");
      break;
    }
  }
}

void checkCustomLayouts(Reader& reader, const PipelineProfile& profile) {
  for (const auto& [name, layout] : profile.layouts) {
    const std::string path = "$.layouts." + name;
    if (layout.sets.empty()) reader.mistake(path + ".sets", "is missing");
    std::map<std::pair<size_t, bool>, size_t> taken;  // by size and whether for a screen
    for (size_t i = 0; i < layout.sets.size(); ++i) {
      const std::string set = path + ".sets[" + std::to_string(i) + "]";
      const size_t size = layout.sets[i].regions.size();
      if (size == 0) reader.mistake(set + ".regions", "is missing");
      const bool screen = asksForScreen(layout.sets[i]);
      if (const auto [same, fresh] = taken.emplace(std::pair(size, screen), i); !fresh) {
        reader.mistake(set, "would never be taken: it has as many regions as sets[" +
                                std::to_string(same->second) + "], and " +
                                (screen ? "both have one" : "neither has one") + " for a screen");
      }
      checkRegions(reader, set, layout.sets[i].regions);
    }
  }
}

void checkRenditions(Reader& reader, PipelineProfile& profile) {
  std::vector<std::string> names;
  const auto notAbove = [&](int value, int most, const std::string& path, const char* what) {
    if (value > most)
      reader.mistake(path, std::string("must be at most the canvas's ") + what + ", " + std::to_string(most));
  };
  for (size_t i = 0; i < profile.renditions.size(); ++i) {
    auto& rendition = profile.renditions[i];
    if (rendition.name.empty()) rendition.name = std::to_string(rendition.height) + "p";
    notAbove(rendition.height, profile.canvas.height, element("renditions", i, ".height"), "height");
    notAbove(rendition.framerate, profile.canvas.framerate, element("renditions", i, ".framerate"),
             "framerate");
    if (std::ranges::find(names, rendition.name) != names.end())
      reader.mistake(element("renditions", i, ".name"), "is used twice: " + rendition.name);
    if (rendition.name == stillsName)
      reader.mistake(element("renditions", i, ".name"),
                     "is the name of the stills below all renditions; take another");
    names.push_back(rendition.name);
  }
  checkName(reader, "$.recording.rendition", profile.recording.rendition, names);
  notAbove(profile.recording.own.height, profile.canvas.height, "$.recording.own.height", "height");
  notAbove(profile.recording.own.framerate, profile.canvas.framerate, "$.recording.own.framerate",
           "framerate");
}

void checkEncoders(Reader& reader, const std::string& path,
                   const std::map<std::string, PipelineProfile::Encoder>& encoders, bool whole) {
  for (const auto& [codec, encoder] : encoders) {
    if (!whole && encoder.element.empty()) continue;  // the base may name it
    const auto allowed = allowedEncoders(codec);
    if (std::ranges::find(allowed, encoder.element) != allowed.end()) continue;
    const auto meant = nearest(encoder.element, allowed);
    reader.mistake(
        std::string(path).append(".").append(codec).append(".element"),
        "must be " + joined(allowed, " or ") + (meant.empty() ? "" : "; did you mean \"" + meant + "\"?"));
  }
}

void checkRecordedCodec(Reader& reader, const PipelineProfile::Recording& recording) {
  const auto& [container, codec] = std::tie(recording.container, recording.codec);
  const bool fits = container == "mkv" || codec.empty() || (codec == "H264") == (container == "mp4");
  if (!fits) {
    reader.mistake("$.recording.codec", container == "mp4"
                                            ? "must be H264 in mp4, or the container mkv"
                                            : "must be VP8 or VP9 in webm, or the container mkv");
  }
}

/// Without `renditions` of its own a canvas has those of the defaults that fit it.
void fitLadder(const Json& json, PipelineProfile& profile) {
  if (json.has("renditions")) return;
  const PipelineProfile::Canvas& canvas = profile.canvas;
  std::erase_if(profile.renditions, [&](const auto& rung) {
    return rung.height > canvas.height || (rung.height == canvas.height && rung.framerate != 0);
  });
  for (auto& rung : profile.renditions)
    rung.framerate = std::min(rung.framerate, canvas.framerate);
  if (profile.renditions.empty()) profile.renditions.push_back({"", profile.canvas.height, 0, 400'000});
}

}  // namespace

std::vector<std::string> allowedEncoders(std::string_view codec) {
  std::vector<std::string> out;
  for (const auto& [of, element] : encoderTable) {
    if (of == codec) out.emplace_back(element);
  }
  return out;
}

std::optional<uint32_t> parseColour(const std::string& text) {
  if (text.size() != 7 || text[0] != '#') return std::nullopt;
  if (text.find_first_not_of("0123456789abcdefABCDEF", 1) != std::string::npos) return std::nullopt;
  return static_cast<uint32_t>(std::stoul(text.substr(1), nullptr, 16));
}

ProfileReading readPipelineProfile(const Json& json, bool whole) {
  ProfileReading out;
  PipelineProfile& profile = out.profile;
  Reader reader(json);
  config::describe(reader, profile);
  fitLadder(json, profile);
  if (whole) checkLayouts(reader, profile);
  checkCustomLayouts(reader, profile);
  if (whole) checkRenditions(reader, profile);
  checkEncoders(reader, "$.encoders", profile.encoders, whole);
  if (whole) checkRecordedCodec(reader, profile.recording);
  checkEncoders(reader, "$.recording.own.encoders", profile.recording.own.encoders, whole);
  out.mistakes = reader.finish();
  return out;
}

Result<PipelineProfile> parsePipelineProfile(const Json& json) {
  auto read = readPipelineProfile(json);
  if (!read.mistakes.empty()) return fail(ErrorCode::badRequest, joined(read.mistakes, "\n"));
  return std::move(read.profile);
}

bool namesElements(const PipelineProfile& profile) {
  return !profile.encoders.empty() || !profile.recording.own.encoders.empty() ||
         profile.audio.denoise != "off" || profile.audio.gain;
}

Json pipelineProfileSchema() {
  PipelineProfile defaults;
  config::SchemaWriter writer;
  config::describe(writer, defaults);
  return writer.result("tributary pipeline profile");
}

std::string pipelineProfileTables() {
  PipelineProfile defaults;
  config::TableWriter writer(config::TableWriter::Style::full);
  config::describe(writer, defaults);
  return writer.result();
}

}  // namespace tributary
