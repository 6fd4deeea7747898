#include "config/pipeline_profile.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace tributary {
namespace {

Result<PipelineProfile> read(const char* text) {
  const auto json = Json::parse(text);
  if (!json) return tl::unexpected(json.error());
  return parsePipelineProfile(*json);
}

std::string errorOf(const char* text) {
  const auto profile = read(text);
  return profile ? "no error" : profile.error().message;
}

std::string fileText(const std::string& path) {
  std::ifstream file(std::string(FIXTURES) + "/../../../" + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(PipelineProfile, IsTheDefaultWhenEmpty) {
  const auto profile = read("{}");
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->canvas.width, 1280);
  EXPECT_EQ(profile->renditions.size(), 3U);
  EXPECT_EQ(profile->layout.name, "grid");
}

TEST(PipelineProfile, ReadsEverything) {
  const auto profile = read(R"({
    "description": "ours", "canvas": {"width": 640, "height": 360, "framerate": 15, "background": "#abcdef"},
    "layout": {"name": "stage", "allowed": ["grid", "stage"], "maxTiles": 9, "fit": "letterbox",
               "withoutVideo": "hide", "glide": 0.5},
    "layouts": {"stage": {"sets": [{"regions": [{"left": 0, "top": 0, "width": 0.75, "height": 1, "role": "talker"},
                                                {"left": 0.75, "width": 0.25, "height": 0.5, "role": "identity:p_1"}]}]}},
    "names": {"style": "bar", "corner": "topLeft", "size": 0.1}, "borders": {"talkerWidth": 6},
    "renditions": [{"height": 360, "bitrate": 300000, "framerate": 10}],
    "encoders": {"VP8": {"element": "vp8enc", "properties": {"cpu-used": -8, "deadline": "1", "auto-alt-ref": false}}},
    "audio": {"talkerSlots": 2, "denoise": "moderate", "gain": true}, "uplink": {"maxHeight": 360},
    "screen": {"several": true}, "recording": {"container": "mkv", "rendition": "360p", "maxDuration": 60,
    "own": {"height": 360, "framerate": 10, "encoders": {"VP9": {"element": "vp9enc", "properties": {"cpu-used": 2}}}},
    "codec": "VP9", "partDuration": 30, "auto": true}})");
  ASSERT_TRUE(profile) << profile.error().message;
  EXPECT_EQ(profile->layouts.at("stage").sets.at(0).regions.at(1).role, "identity:p_1");
  EXPECT_EQ(profile->renditions.at(0).name, "360p");
  EXPECT_EQ(profile->renditions.at(0).framerate, 10);
  EXPECT_EQ(profile->encoders.at("VP8").properties.at("cpu-used"), "-8");
  EXPECT_EQ(profile->encoders.at("VP8").properties.at("auto-alt-ref"), "false");
  EXPECT_EQ(profile->layout.glide.count(), 500);
  EXPECT_TRUE(profile->recording.automatic);
  EXPECT_EQ(profile->recording.own.encoders.at("VP9").properties.at("cpu-used"), "2");
}

TEST(PipelineProfile, TellsEveryMistakeAtOnce) {
  EXPECT_EQ(errorOf(R"({"canvas": {"widht": 640, "height": 361, "framerate": 100, "background": "red"},
                        "layout": {"fit": "croped", "gap": 3}, "names": {"font": ""},
                        "renditions": [{"height": 720, "bitrate": 1}], "bordes": {}})"),
            "$.canvas.height: must be an even whole number from 90 to 2160 pixels\n"
            "$.canvas.framerate: must be a whole number from 1 to 60 frames/s\n"
            "$.canvas.background: must be a colour like #101418\n"
            "$.canvas.widht: unknown key; did you mean \"width\"?\n"
            "$.layout.gap: must be an even whole number from 0 to 64 pixels\n"
            "$.layout.fit: must be one of crop, letterbox; did you mean \"crop\"?\n"
            "$.names.font: must be names of font families, with commas between\n"
            "$.renditions[0].bitrate: must be a whole number from 50000 to 50000000 bit/s\n"
            "$.bordes: unknown key; did you mean \"borders\"?");
}

TEST(PipelineProfile, ComparesValues) {
  EXPECT_EQ(errorOf(R"({"canvas": {"width": 640, "height": 360},
                        "renditions": [{"height": 720}, {"height": 360}, {"height": 360}],
                        "recording": {"rendition": "36p", "own": {"framerate": 50}}})"),
            "$.renditions[0].height: must be at most the canvas's height, 360\n"
            "$.renditions[2].name: is used twice: 360p\n"
            "$.recording.rendition: there is no \"36p\"; did you mean \"360p\"?\n"
            "$.recording.own.framerate: must be at most the canvas's framerate, 25");
  EXPECT_EQ(errorOf(R"({"layout": {"name": "gird", "allowed": ["grid", "x"]}})").substr(0, 66),
            "$.layout.name: there is no \"gird\"; did you mean \"grid\"?\n$.layout.a");
  EXPECT_EQ(read(R"({"canvas": {"width": 320, "height": 180}})")->renditions.at(0).name, "180p");
}

TEST(PipelineProfile, ChecksRegions) {
  EXPECT_EQ(
      errorOf(R"({"layouts": {"grid": {"sets": [{"regions": [{}]}]}, "a b": {}, "none": {},
                        "two": {"sets": [{"regions": [{"left": 0.6, "width": 0.5, "height": 0.5},
                                                      {"left": 0.7, "width": 0.2, "height": 0.2},
                                                      {"left": 0.7, "width": 0.2, "height": 0.2, "z": 1}]}, {}]},
                        "three": {"sets": [{"regions": [{"role": "speaker", "left": -1}]}]}}})"),
      "$.layouts.a b: the name must be 1 to 64 letters, digits, - or _\n"
      "$.layouts.three.sets[0].regions[0].left: must be a number from 0 to 1 of the canvas\n"
      "$.layouts.three.sets[0].regions[0].role: must be any, talker, screen, spotlight or identity: with an "
      "identity\n"
      "$.layouts.grid: is the name of a built-in layout; take another\n"
      "$.layouts.none.sets: is missing\n"
      "$.layouts.two.sets[0].regions[0].width: reaches over the right edge; left + width must be at most 1\n"
      "$.layouts.two.sets[0].regions[1]: overlaps regions[0]; move it, or give it another z\n"
      "$.layouts.two.sets[1].regions: is missing");
}

TEST(PipelineProfile, TakesSetsOfOneSizeWhereOneIsForAScreen) {
  const auto withSets = [](const std::string& sets) {
    return errorOf((R"({"layouts": {"stage": {"sets": [)" + sets + "]}}}").c_str());
  };
  const std::string plain = R"({"regions": [{}]})";
  const std::string screen = R"({"regions": [{"role": "screen"}]})";
  EXPECT_EQ(withSets(plain + "," + screen), "no error");
  EXPECT_EQ(
      withSets(plain + "," + screen + "," + plain),
      "$.layouts.stage.sets[2]: would never be taken: it has as many regions as sets[0], and neither has one "
      "for a screen");
  EXPECT_EQ(withSets(screen + "," + screen),
            "$.layouts.stage.sets[1]: would never be taken: it has as many regions as sets[0], and both have "
            "one for "
            "a screen");
}

TEST(PipelineProfile, TakesNoElementButTheAllowedOnes) {
  EXPECT_EQ(
      errorOf(R"({"encoders": {"VP8": {"element": "filesink", "properties": {"location": "/tmp/x"}}}})"),
      "$.encoders.VP8.element: must be vp8enc");
  EXPECT_EQ(errorOf(R"({"encoders": {"H264": {"element": "x264enc ! filesink location=/tmp/x"}}})"),
            "$.encoders.H264.element: must be openh264enc or x264enc");
  EXPECT_EQ(errorOf(R"({"encoders": {"H264": {"element": "x264en", "properties": {"tune": []}}}})"),
            "$.encoders.H264.properties.tune: must be a string, a number, true or false\n"
            "$.encoders.H264.element: must be openh264enc or x264enc; did you mean \"x264enc\"?");
  EXPECT_EQ(errorOf(R"({"encoders": {"AV1": {"element": "av1enc"}}})"),
            "$.encoders.AV1: the name must be one of VP8, VP9, H264");
}

TEST(PipelineProfile, ImagesStayBelowTheProfiles) {
  for (const char* wrong :
       {"/etc/x.png", "../x.png", "a/../../x.png", "a/.x.png", "a//b.png", "x.jpg", "x.png\n"}) {
    const Json json = Json::object({{"logo", Json::object({{"image", wrong}})}});
    const auto profile = parsePipelineProfile(json);
    ASSERT_FALSE(profile) << wrong;
    EXPECT_TRUE(profile.error().message.starts_with("$.logo.image: must be a PNG file")) << wrong;
  }
  EXPECT_TRUE(read(R"({"logo": {"image": "images/logo.png"}, "canvas": {"backgroundImage": ""}})"));
}

TEST(PipelineProfile, TheSchemaIsTheOneThatEditorsGet) {
  EXPECT_EQ(fileText("pipelines/schema.json"), pipelineProfileSchema().dump(true) + "\n")
      << "write it anew: build/tributary --print-profile-schema > pipelines/schema.json";
}

TEST(PipelineProfile, TheDocumentationTellsOfEveryKeysEffect) {
  std::istringstream rows(pipelineProfileTables());
  int keys = 0;
  for (std::string row; std::getline(rows, row);) {
    if (!row.starts_with("| `")) continue;
    ++keys;
    const size_t last = row.rfind(" | ");
    const size_t effect = row.rfind(" | ", last - 1);
    EXPECT_GT(last, effect + 3) << "\"none\" where there is none: " << row;
  }
  EXPECT_GT(keys, 80);
}

TEST(PipelineProfile, TheDocumentationKnowsEveryKey) {
  EXPECT_NE(fileText("docs/config.md").find(pipelineProfileTables()), std::string::npos)
      << "docs/config.md needs these tables:\n"
      << pipelineProfileTables();
}

}  // namespace
}  // namespace tributary
