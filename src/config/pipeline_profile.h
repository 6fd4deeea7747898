#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "glib/json.h"

namespace tributary {

/// What an admin decides of a room's picture and sound (pipelines/*.json). The defaults stand here; ranges
/// and reasons in pipeline_profile.cpp.
struct PipelineProfile {
  struct Canvas {
    int width = 1280;  ///< pixels, even
    int height = 720;
    int framerate = 25;
    std::string background = "#101418";
  } canvas;

  struct Layout {
    std::string name = "grid";
    int maxTiles = 25;
    int gap = 4;               ///< pixels between tiles, even
    std::string fit = "crop";  ///< or "letterbox"
    bool names = true;
  } layout;

  /// The ladder of pictures to choose from; the first is what clients get that ask for nothing.
  struct Rendition {
    std::string name;
    int height = 720;
    int bitrate = 1'500'000;  ///< bit/s
  };
  std::vector<Rendition> renditions = {{"720p", 720, 1'500'000}, {"360p", 360, 400'000}};

  struct Encoder {
    std::string element;
    std::map<std::string, std::string> properties;  ///< in GStreamer's text form
  };
  std::map<std::string, Encoder> encoders;  ///< by codec, upper case; built-in choice where absent

  struct Audio {
    int talkerSlots = 6;
    int bitrate = 40'000;  ///< bit/s of each mix
    int complexity = 9;    ///< Opus, 0 to 10; at 5 its noise beside several voices is 16 dB higher
    bool fec = true;
  } audio;
};

/// A profile from JSON over the defaults. The error lists every mistake, one a line, each with its JSON path
/// and what would be right. Whether an encoder has a property of that name shows when it is made. Pure.
Result<PipelineProfile> parsePipelineProfile(const Json& json);

/// "#RRGGBB" as a number; nullopt for anything else.
std::optional<uint32_t> parseColour(const std::string& text);

}  // namespace tributary
