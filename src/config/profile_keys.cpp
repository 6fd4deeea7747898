#include "config/profile_keys.h"

namespace tributary::config {

const TextRule nameRule{{}, "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", "1 to 64 letters, digits, - or _"};

namespace {

constexpr Applies live = Applies::live;
constexpr Applies nextRoom = Applies::nextRoom;

const TextRule colourRule{{}, "^#[0-9A-Fa-f]{6}$", "a colour like #101418"};
// A path that stays below the profiles directory; `..` cannot be part of it.
const TextRule imageRule{{},
                         "^[A-Za-z0-9_][A-Za-z0-9_-]*(/[A-Za-z0-9_][A-Za-z0-9_-]*)*[.]png$",
                         "a PNG file below the profiles directory, like images/logo.png"};
const TextRule cornerRule{{"topLeft", "topRight", "bottomLeft", "bottomRight"}};
const TextRule fontRule{{}, "^[^\\x00-\\x1f#@]{1,200}$", "names of font families, with commas between"};
const TextRule roleRule{{},
                        "^(any|talker|screen|spotlight|identity:.{1,128})$",
                        "any, talker, screen, spotlight or identity: with an identity"};

constexpr std::string_view bits = "bit/s";
constexpr std::string_view pixels = "pixels";
constexpr std::string_view frames = "frames/s";

void describeCanvas(Visitor& visit, PipelineProfile::Canvas& canvas) {
  visit.begin("canvas", "The picture that everything is drawn on.");
  visit.number("width", canvas.width, {160, 3840, 2, pixels},
               {"width of the mix", "CPU of drawing and encoding grows with the area", live});
  visit.number("height", canvas.height, {90, 2160, 2, pixels},
               {"height of the mix", "as width; 720p costs four times 360p", live});
  visit.number("framerate", canvas.framerate, {1, 60, 1, frames},
               {"frames drawn and encoded; 25 looks fluent for faces",
                "CPU grows with it; below 15 lips look wrong", live});
  visit.text("background", canvas.background, {"colour where no tile is", "none", live}, colourRule);
  visit.text("backgroundImage", canvas.backgroundImage,
             {"picture where no tile is, scaled to cover the canvas",
              "a copy of the canvas for each frame with free space", live},
             imageRule);
  visit.end();
}

void describeLogo(Visitor& visit, PipelineProfile::Logo& logo) {
  visit.begin("logo", "A picture over the mix.");
  visit.text("image", logo.image,
             {"PNG with or without transparency; empty: none", "blended into each frame", live}, imageRule);
  visit.text("corner", logo.corner, {"where it is", "none", live}, cornerRule);
  visit.ratio("height", logo.height, {0.02, 0.5, 1, "of the canvas's height"},
              {"its size", "CPU with its area", live});
  visit.ratio("opacity", logo.opacity, {0, 1}, {"0 is invisible", "none", live});
  visit.end();
}

void describeNames(Visitor& visit, PipelineProfile::Names& names) {
  visit.begin("names", "People's names on their tiles.");
  visit.flag("show", names.show,
             {"whether tiles bear names", "blended into each frame; about 0.05 ms a tile", live});
  visit.text("font", names.font,
             {"font families, the first that is installed",
              "none on CPU; a family without a script's letters shows boxes", live},
             fontRule);
  visit.ratio(
      "size", names.size, {0.02, 0.2, 1, "of the tile's height"},
      {"size of the letters, within 12 to 22 pixels per 720 of the canvas, so that small tiles stay readable",
       "CPU with the area of the names", live});
  visit.text("style", names.style,
             {"rounded box, box of the tile's full width, or letters with an outline",
              "`bar` blends the largest area; `outline` is hard to read over busy pictures", live},
             {{"pill", "bar", "outline"}});
  visit.text("corner", names.corner, {"of the tile", "none", live}, cornerRule);
  visit.text("colour", names.colour,
             {"of the letters", "close to the box's colour they are hard to read", live}, colourRule);
  visit.text("background", names.background, {"of the box; of the outline", "as `colour`", live}, colourRule);
  visit.ratio("opacity", names.opacity, {0, 1},
              {"of the box", "below 0.6 names over bright cameras are hard to read", live});
  visit.end();
}

void describeBorders(Visitor& visit, PipelineProfile::Borders& borders) {
  visit.begin("borders", "Lines around tiles, drawn over the outermost pixels of the camera.");
  visit.number("width", borders.width, {0, 32, 2, pixels},
               {"around everybody; 0 is none", "covers that much of the camera; no CPU to speak of", live});
  visit.text("colour", borders.colour, {"around everybody", "none", live}, colourRule);
  visit.number("talkerWidth", borders.talkerWidth, {0, 32, 2, pixels},
               {"around who talks; 0 is none", "as `width`", live});
  visit.text("talkerColour", borders.talkerColour, {"around who talks", "none", live}, colourRule);
  visit.end();
}

void describeLayout(Visitor& visit, PipelineProfile::Layout& layout) {
  visit.begin("layout", "Who is where.");
  visit.text("name", layout.name,
             {"the layout rooms begin with: a built-in one or one of `layouts`",
              "large tiles ask large pictures of their senders", live},
             nameRule);
  visit.text("whenScreen", layout.whenScreen,
             {"the layout while somebody shares a screen; empty: stays as it is",
              "large screens stay readable; one more tile to draw", live},
             {{}, nameRule.pattern, nameRule.right, false, true});
  visit.text(
      "whenSpotlight", layout.whenSpotlight,
      {"the layout while somebody has the spotlight and the present one, as `grid`, has no stage for them; "
       "empty: stays as it is",
       "as `name`", live},
      {{}, nameRule.pattern, nameRule.right, false, true});
  visit.list("allowed", layout.allowed, {"layouts that people may switch to; empty: all", "none", live},
             nameRule);
  visit.number(
      "maxTiles", layout.maxTiles, {1, 49},
      {"tiles at most; further people are heard and counted", "every tile is a camera to decode", live});
  visit.number("gap", layout.gap, {0, 64, 2, pixels},
               {"between tiles", "the background is drawn there; 0 is cheapest", live});
  visit.text("fit", layout.fit,
             {"a camera of another shape than its tile is cropped, or has bars",
              "`crop` cuts off the edges of such a camera; `letterbox` draws the background below", live},
             {{"crop", "letterbox"}});
  visit.text("withoutVideo", layout.withoutVideo,
             {"whether people without camera have a tile", "`hide` leaves larger tiles to the others", live},
             {{"show", "hide"}});
  visit.seconds(
      "glide", layout.glide, {0, 2},
      {"how long a tile takes to its new place; 0: at once", "tiles are scaled while they glide", live});
  visit.end();
}

void describeRegion(Visitor& visit, Region& region) {
  visit.ratio("left", region.left, {0, 1, 1, "of the canvas"}, {"left edge", "none", live});
  visit.ratio("top", region.top, {0, 1, 1, "of the canvas"}, {"upper edge", "none", live});
  visit.ratio("width", region.width, {0.02, 1, 1, "of the canvas"},
              {"width", "a larger tile asks a larger picture of its sender: CPU of decoding", live});
  visit.ratio("height", region.height, {0.02, 1, 1, "of the canvas"}, {"height", "as `width`", live});
  visit.text("role", region.role, {"whom it asks for", "none", live}, roleRule);
  visit.number("z", region.z, {0, 100},
               {"higher is drawn over lower", "what is covered is drawn in vain", live});
}

void describeRegionSet(Visitor& visit, RegionSet& set) {
  visit.array("regions", itemsOf(set.regions, describeRegion, {1, 49}),
              {"the tiles of this set; without overlap within the same `z`",
               "every tile is a camera to decode", live});
}

void describeCustomLayout(Visitor& visit, PipelineProfile::CustomLayout& layout) {
  visit.array("sets", itemsOf(layout.sets, describeRegionSet, {1, 49}),
              {"sets of regions; the smallest that has one for everybody is taken, of those with a region "
               "for a screen "
               "while somebody shares one, else of the others",
               "none", live});
}

void describeRendition(Visitor& visit, PipelineProfile::Rendition& rendition) {
  visit.text("name", rendition.name, {"name in metrics and logs; empty: like 720p", "none", live}, nameRule);
  visit.number("height", rendition.height, {90, 2160, 2, pixels},
               {"lines; at most the canvas's", "CPU of scaling and encoding", live});
  visit.number("framerate", rendition.framerate, {0, 60, 1, frames},
               {"0: as the canvas; else at most that, frames are left out", "CPU of encoding", live});
  visit.number("bitrate", rendition.bitrate, {50'000, 50'000'000, 1, bits},
               {"target", "quality, and what each viewer downloads", live});
}

void describeEncoder(Visitor& visit, PipelineProfile::Encoder& encoder) {
  visit.text("element", encoder.element,
             {"GStreamer element: `vp8enc` for VP8, `vp9enc` for VP9, `openh264enc` or `x264enc` for H264",
              "openh264enc has the best quality per CPU of the two", live});
  visit.values(
      "properties", encoder.properties,
      {"of the element, as `gst-inspect-1.0` lists them; checked against it", "see the element", live});
}

void describeAudio(Visitor& visit, PipelineProfile::Audio& audio) {
  visit.begin("audio", "The mixed sound.");
  visit.number("talkerSlots", audio.talkerSlots, {1, 16},
               {"people heard at once; six are more than one can follow", "one Opus encode each while heard",
                nextRoom});
  visit.number("bitrate", audio.bitrate, {8'000, 256'000, 1, bits},
               {"of each mix", "40,000 is fine for speech, 96,000 for music", live});
  visit.number("complexity", audio.complexity, {0, 10},
               {"effort of the Opus encoder",
                "speech costs a third more at 9 than at 7 and sounds alike; below 7 several tones at once "
                "have 8 to 20 dB more noise beside them",
                live});
  visit.flag("fec", audio.fec, {"repairs single lost packets", "a little of the bit rate", live});
  visit.flag(
      "dtx", audio.dtx,
      {"while a mix is silent, 5 packets a second are sent instead of 50",
       "what is 25 dB below the voices and no voice is silence too; while recording, not of the shared mix",
       live});
  visit.seconds("lipSync", audio.lipSync, {0, 0.4},
                {"how long somebody's sound may be held for their picture that comes later; 0: never",
                 "what it is held is delay; only where the two are more than 40 ms apart", live});
  visit.text(
      "denoise", audio.denoise,
      {"takes steady noise out of each voice",
       "browsers do so already, other clients may not; 0.4 % of a core for each person heard; `high` can "
       "make voices thin",
       live},
      {{"off", "low", "moderate", "high"}});
  visit.flag(
      "gain", audio.gain,
      {"brings quiet voices up and loud ones down", "as `denoise`; both together 0.7 % of a core", live});
  visit.end();
}

void describeRate(Visitor& visit, PipelineProfile::Rate& rate) {
  visit.begin("rate", "Who gets which rendition: what the way to each viewer takes.");
  visit.flag(
      "adapt", rate.adapt,
      {"viewers whose way is overloaded get a smaller rendition, and the larger one again when it fits",
       "without it a thin link freezes; with it each rendition that somebody needs is an encode", live});
  visit.seconds("stills", rate.stills, {0, 30},
                {"below the smallest rendition: sound, and one picture in so many seconds; 0: none",
                 "some 40 kbit/s; more than 3 and browsers ask for key frames", live});
  visit.seconds("probeEvery", rate.probeEvery, {2, 60},
                {"the longest wait between two tries whether a way takes more again, give or take 30 %",
                 "each try adds up to half of what is sent, for a second or two", live});
  visit.end();
}

void describeUplink(Visitor& visit, PipelineProfile::Uplink& uplink) {
  visit.begin("uplink", "What a camera may send at most; who has a small tile is asked for less.");
  visit.flag("cameras", uplink.cameras,
             {"whether cameras are shown; false asks everybody to send none, and their tiles are name cards",
              "all decoding of pictures", live});
  visit.number("maxHeight", uplink.maxHeight, {90, 2160, 2, pixels}, {"lines", "CPU of decoding", live});
  visit.number("maxFramerate", uplink.maxFramerate, {1, 60, 1, frames},
               {"frame rate", "CPU of decoding", live});
  visit.number("maxBitrate", uplink.maxBitrate, {50'000, 20'000'000, 1, bits},
               {"bit rate", "quality of the largest tile", live});
  visit.end();
}

void describeScreen(Visitor& visit, PipelineProfile::Screen& screen) {
  visit.begin("screen", "Shared screens.");
  visit.flag("allowed", screen.allowed,
             {"whether screens may be shared; false ends those that are",
              "a shared screen is one more decode and tile", live});
  visit.flag("several", screen.several,
             {"several at a time, four at most; else one", "one more decode each", live});
  visit.flag(
      "takeover", screen.takeover,
      {"one too many ends the one that began first; else it is refused, and told who shares", "none", live});
  visit.number("maxHeight", screen.maxHeight, {180, 2160, 2, pixels},
               {"lines asked of who shares", "sharp text; CPU of decoding", live});
  visit.number("framerate", screen.framerate, {1, 60, 1, frames},
               {"asked of who shares; text needs few", "CPU of decoding", live});
  visit.number("bitrate", screen.bitrate, {100'000, 20'000'000, 1, bits},
               {"asked of who shares", "how soon text is sharp", live});
  visit.end();
}

void describeRecording(Visitor& visit, PipelineProfile::Recording& recording) {
  visit.begin("recording", "Defaults of recordings.");
  visit.text("container", recording.container,
             {"`webm` takes VP8 and VP9, `mkv` and `mp4` take H.264", "as `codec`", live},
             {{"webm", "mkv", "mp4"}});
  visit.text("codec", recording.codec,
             {"VP8, VP9 or H264; empty: VP8 in `webm`, H264 in the others",
              "an encode more where nobody watches that codec", live},
             {{"", "VP8", "VP9", "H264"}});
  visit.text("rendition", recording.rendition,
             {"which of `renditions` is recorded; empty: the first", "no second encode", live}, nameRule);
  visit.begin("own", "An encode of the recording's own.");
  visit.number("height", recording.own.height, {0, 2160, 2, pixels},
               {"0: none, `rendition` is recorded", "a whole encode more", live});
  visit.number("framerate", recording.own.framerate, {0, 60, 1, frames},
               {"0: as the canvas; else at most that", "CPU of its encode", live});
  visit.number("bitrate", recording.own.bitrate, {50'000, 50'000'000, 1, bits},
               {"target", "size of the file", live});
  visit.object("encoders",
               membersOf(recording.own.encoders, describeEncoder, {0, 3}, {{"VP8", "VP9", "H264"}}),
               {"as `encoders`, for instance with a better preset; the profile's where absent",
                "CPU of its encode", live});
  visit.end();
  visit.flag("audioOnly", recording.audioOnly, {"sound alone", "no encode of pictures; small files", live});
  visit.flag("auto", recording.automatic,
             {"starts with the first person", "those of a recording, from then on", live});
  visit.seconds("maxDuration", recording.maxDuration, {10, 86400},
                {"a recording ends by then", "none", live});
  visit.number("maxSize", recording.maxSize, {1, 1'048'576, 1, "MiB"},
               {"a recording ends at that size", "none", live});
  visit.seconds(
      "partDuration", recording.partDuration, {0, 86400},
      {"a new file so often, without a lost frame; 0: one file", "a key frame for each part", live});
  visit.text("announcement", recording.announcement,
             {"how people are told when one starts", "none but while it lasts", live},
             {{"none", "tone", "banner", "both"}});
  visit.flag("mark", recording.mark,
             {"a REC mark in the picture", "blended into each frame, a small area", live});
  visit.end();
}

}  // namespace

void describe(Visitor& visit, PipelineProfile& profile) {
  std::string text;
  visit.text("$schema", text, {"for editors; not looked at", "none", live});
  visit.text("description", text, {"for people", "none", live});
  visit.text("extends", text, {"the profile that this one changes, by its name", "none of its own", live},
             nameRule);
  describeCanvas(visit, profile.canvas);
  describeLayout(visit, profile.layout);
  visit.object("layouts", membersOf(profile.layouts, describeCustomLayout, {0, 64}, nameRule),
               {"layouts of your own, by name; beside those in the folder `layouts`",
                "overlapping regions cost twice", live});
  describeNames(visit, profile.names);
  describeBorders(visit, profile.borders);
  describeLogo(visit, profile.logo);
  visit.array("renditions", itemsOf(profile.renditions, describeRendition, {1, 8}),
              {"the ladder of pictures; clients get the first, or what they ask for and their way takes. "
               "Default: 720p at "
               "1,500,000, 540p at 800,000 and 360p at 15 frames/s and 350,000",
               "one encode a codec for each that somebody watches", live});
  visit.object("encoders", membersOf(profile.encoders, describeEncoder, {0, 3}, {{"VP8", "VP9", "H264"}}),
               {"encoders by codec; a built-in choice where absent", "most of a room's CPU", live});
  describeAudio(visit, profile.audio);
  describeRate(visit, profile.rate);
  describeUplink(visit, profile.uplink);
  describeScreen(visit, profile.screen);
  describeRecording(visit, profile.recording);
}

}  // namespace tributary::config
