#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "glib/json.h"
#include "layout/layout.h"

namespace tributary {

/// The rung of stills below the ladder; no rendition may have that name.
inline constexpr const char* stillsName = "still";

/// What an admin decides of a room's picture and sound (pipelines/*.json). The defaults stand here; ranges,
/// reasons and when a change takes effect in profile_keys.cpp, from which reading, pipelines/schema.json and
/// the tables of docs/config.md are made.
struct PipelineProfile {
  struct Canvas {
    int width = 1280;  ///< pixels, even
    int height = 720;
    int framerate = 25;
    std::string background = "#101418";
    std::string backgroundImage;  ///< a PNG below the profiles directory; empty: none
  } canvas;

  struct Logo {
    std::string image;  ///< a PNG below the profiles directory; empty: none
    std::string corner = "topRight";
    double height = 0.08;  ///< of the canvas's
    double opacity = 0.9;
  } logo;

  struct Names {
    bool show = true;
    std::string font = "Inter, Noto Sans, DejaVu Sans, sans-serif";
    double size = 0.05;  ///< of the tile's height; drawn between 12 and 22 pixels for each 720 of the canvas
    std::string style = "pill";
    std::string corner = "bottomLeft";
    std::string colour = "#ffffff";
    std::string background = "#0d0f14";
    double opacity = 0.72;  ///< of the background
  } names;

  struct Borders {
    int width = 0;  ///< pixels, even, inside of the tile
    std::string colour = "#2a313a";
    int talkerWidth = 4;
    std::string talkerColour = "#3ecf8e";
  } borders;

  struct Layout {
    std::string name = "grid";
    std::string whenScreen = "screen-share";  ///< while somebody shares a screen; empty: `name` stays
    /// While somebody has the spotlight and the layout in force has no stage for them; empty: it stays.
    std::string whenSpotlight = "speaker";
    std::vector<std::string> allowed;  ///< what people may switch to; empty: all there are
    int maxTiles = 25;
    int gap = 4;                           ///< pixels between tiles, even
    std::string fit = "crop";              ///< or "letterbox"
    std::string withoutVideo = "show";     ///< or "hide"
    std::chrono::milliseconds glide{200};  ///< how long a tile takes to its new place; 0: at once
  } layout;

  struct CustomLayout {
    std::vector<RegionSet> sets;  ///< the smallest that has a region for everybody is taken, else the largest
  };
  std::map<std::string, CustomLayout> layouts;  ///< by name

  /// The ladder of pictures to choose from; the first is what clients get that ask for nothing.
  struct Rendition {
    std::string name;
    int height = 720;
    int framerate = 0;        ///< 0: as the canvas
    int bitrate = 1'500'000;  ///< bit/s
  };
  std::vector<Rendition> renditions = {
      {"720p", 720, 0, 1'500'000}, {"540p", 540, 0, 800'000}, {"360p", 360, 15, 350'000}};

  /// How viewers are moved between them.
  struct Rate {
    bool adapt = true;
    std::chrono::milliseconds stills{3000};  ///< between two; 0: none, the lowest rendition is the last step
    std::chrono::milliseconds probeEvery{6000};
  } rate;

  struct Encoder {
    std::string element;
    std::map<std::string, std::string> properties;  ///< in GStreamer's text form
  };
  std::map<std::string, Encoder> encoders;  ///< by codec, upper case; built-in choice where absent

  struct Audio {
    int talkerSlots = 6;
    int bitrate = 40'000;  ///< bit/s of each mix
    int complexity = 7;    ///< Opus, 0 to 10; below 7 it does not know tones from speech, above it costs more
    bool fec = true;
    bool dtx = true;                         ///< nothing is sent where nothing is heard
    std::chrono::milliseconds lipSync{200};  ///< sound is held so long for a late picture; 0: never
    std::string denoise = "off";             ///< or "low", "moderate", "high"
    bool gain = false;                       ///< automatic gain: quiet voices up, loud ones down
  } audio;

  /// What clients are asked to send at most; less where their tile is smaller.
  struct Uplink {
    bool cameras = true;  ///< false: nobody is asked for one, and none is shown
    int maxHeight = 720;
    int maxFramerate = 30;
    int maxBitrate = 1'500'000;  ///< bit/s
  } uplink;

  struct Screen {
    bool allowed = true;
    bool several = false;
    bool takeover = false;  ///< one too many ends the one that began first; else it is refused
    int maxHeight = 1080;
    int framerate = 15;
    int bitrate = 2'500'000;  ///< bit/s, asked of the client that shares
  } screen;

  struct Recording {
    std::string container = "webm";  ///< or "mkv", "mp4"
    std::string codec;               ///< upper case; empty: the container's own
    std::string rendition;           ///< the name of one; empty: the first
    /// An encode of the recording's own, used when height is not 0.
    struct Own {
      int height = 0;
      int framerate = 0;                        ///< 0: as the canvas
      int bitrate = 3'000'000;                  ///< bit/s
      std::map<std::string, Encoder> encoders;  ///< by codec; the profile's where absent
    } own;
    bool audioOnly = false;
    bool automatic = false;  ///< "auto": starts with the first person
    std::chrono::milliseconds maxDuration{4 * 3600 * 1000};
    int maxSize = 8192;                         ///< MiB
    std::chrono::milliseconds partDuration{0};  ///< 0: one file
    std::string announcement = "none";          ///< or "tone", "banner", "both"
    bool mark = true;                           ///< a REC mark in the picture
  } recording;
};

/// A profile as far as its JSON is right, and what is wrong with it.
struct ProfileReading {
  PipelineProfile profile;            ///< defaults where there are mistakes
  std::vector<std::string> mistakes;  ///< `$.path: what would be right`, one line each
};

/// A profile from JSON over the defaults, `extends` resolved before (profile_files.h). `whole` false: of a
/// profile whose base cannot be read, so nothing is said of values that the base's would have to agree with.
/// Whether the encoders have those properties, only the room program can tell (media/encoder_check.h). Pure.
ProfileReading readPipelineProfile(const Json& json, bool whole = true);

/// The same of a profile that must be right: the error has a line for each mistake.
Result<PipelineProfile> parsePipelineProfile(const Json& json);

/// Whether it asks for GStreamer elements of which only the room program can tell that they are there.
bool namesElements(const PipelineProfile& profile);

/// A JSON Schema (2020-12) of a profile: pipelines/schema.json.
Json pipelineProfileSchema();

/// The keys as Markdown tables, one a section (docs/config.md).
std::string pipelineProfileTables();

/// Elements a profile may name as an encoder of that codec, and no others: a profile must not be a way to
/// start a filesink. Empty for a codec that cannot be mixed.
std::vector<std::string> allowedEncoders(std::string_view codec);

/// "#RRGGBB" as a number; nullopt for anything else.
std::optional<uint32_t> parseColour(const std::string& text);

}  // namespace tributary
