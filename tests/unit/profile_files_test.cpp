#include "config/profile_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace tributary {
namespace {

namespace fs = std::filesystem;

class ProfileFiles : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/tributary-profiles-XXXXXX";
    dir_ = mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(dir_); }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(dir_ + "/" + name).parent_path());
    std::ofstream(dir_ + "/" + name, std::ios::binary) << text;
  }
  Result<LoadedProfile> load(const std::string& name) const { return loadProfile(dir_, name); }
  std::string errorOf(const std::string& name) const {
    const auto loaded = load(name);
    return loaded ? "no error" : loaded.error().message;
  }

  std::string dir_;
};

TEST_F(ProfileFiles, LayOneOverAnother) {
  write("base.json", R"({"canvas": {"width": 640, "height": 360}, "renditions": [{"height": 360}],
    "encoders": {"H264": {"element": "openh264enc", "properties": {"complexity": "low"}},
                 "VP8": {"element": "vp8enc", "properties": {"cpu-used": -8}}}})");
  write("middle.json", R"({"extends": "base", "canvas": {"framerate": 10}})");
  write("top.json", R"({"extends": "middle", "canvas": {"background": "#ffffff"},
    "encoders": {"H264": {"element": "x264enc"}, "VP8": {"element": "vp8enc", "properties": {"threads": 1}}}})");
  const auto top = load("top");
  ASSERT_TRUE(top) << top.error().message;
  EXPECT_EQ(top->profile.canvas.width, 640);
  EXPECT_EQ(top->profile.canvas.framerate, 10);
  EXPECT_EQ(top->profile.canvas.background, "#ffffff");
  EXPECT_TRUE(top->profile.encoders.at("H264").properties.empty()) << "complexity is no property of x264enc";
  EXPECT_EQ(top->profile.encoders.at("VP8").properties.size(), 2U);
  EXPECT_EQ(top->files.size(), 3U);
  EXPECT_FALSE(top->json.has("extends"));
}

TEST_F(ProfileFiles, NameTheFileOfEachMistake) {
  write("base.json", R"({"canvas": {"width": 641}, "x": 1})");
  write("top.json", R"({"extends": "base", "canvas": {"height": "tall"}})");
  EXPECT_TRUE(errorOf("top").starts_with("base.json: $.canvas.width: must be an even")) << errorOf("top");
  EXPECT_NE(errorOf("top").find("\nbase.json: $.x: unknown key"), std::string::npos);
  EXPECT_TRUE(
      errorOf("top").ends_with("\ntop.json: $.canvas.height: must be an even whole number from 90 to "
                               "2160 pixels"))
      << errorOf("top");
  EXPECT_EQ(lines(errorOf("top")).size(), 3U) << "an inherited mistake is told once";
  write("base.json", "{}");
  EXPECT_EQ(errorOf("top"), "top.json: $.canvas.height: must be an even whole number from 90 to 2160 pixels");
  write("top.json", "{\"canvas\": }");
  EXPECT_TRUE(errorOf("top").starts_with("top.json: $: ")) << errorOf("top");
}

TEST_F(ProfileFiles, TellOfEveryFileAndImageInOneRun) {
  write("base.json",
        R"({"canvas": {"width": 641}, "logo": {"image": "gone.png"}, "layout": {"name": "gird"}})");
  write("top.json", R"({"extends": "base", "canvas": {"width": 643, "backgroundImage": "lost.png"},
                        "renditions": [{"height": 100000}], "x\ny": 1})");
  const auto all = lines(errorOf("top"));
  const auto has = [&](const std::string& start) {
    return std::ranges::any_of(all, [&](const auto& line) { return line.starts_with(start); });
  };
  for (const char* start :
       {"base.json: $.canvas.width: ", "base.json: $.logo.image: ", "base.json: $.layout.name: ",
        "top.json: $.canvas.width: ", "top.json: $.canvas.backgroundImage: ",
        "top.json: $.renditions[0].height: ", "top.json: $.x\\ny: unknown key"})
    EXPECT_TRUE(has(start)) << start << "\nin\n" << errorOf("top");
  EXPECT_EQ(all.size(), 7U) << errorOf("top");
}

TEST_F(ProfileFiles, ALineBreakInAFilesNameBreaksNoMistake) {
  write("a\nb.json", R"({"extends": "nothing", "x": 1})");
  for (const auto& mistake : readProfileFile(dir_ + "/a\nb.json").mistakes)
    EXPECT_TRUE(mistake.starts_with("a\\nb.json: $.")) << mistake;
}

TEST_F(ProfileFiles, ABaseThatCannotBeReadHidesNothing) {
  // Whether 1080 lines and that layout are right, only the base could tell.
  const std::string own =
      R"("canvas": {"framerate": "fast"}, "layout": {"name": "ours"}, "renditions": [{"height":
    1080}], "encoders": {"VP8": {"properties": {"threads": 1}}, "H264": {"element": "filesink"}}})";
  for (const char* base : {"nothing", "../x", "broken"}) {
    write("broken.json", "{");
    write("top.json", R"({"extends": ")" + std::string(base) + "\", " + own);
    const auto all = lines(errorOf("top"));
    ASSERT_EQ(all.size(), 3U) << errorOf("top");
    EXPECT_TRUE(all[0].starts_with("top.json: $.extends: ") || all[0].starts_with("broken.json: $: "))
        << all[0];
    EXPECT_TRUE(all[1].starts_with("top.json: $.canvas.framerate: ")) << all[1];
    EXPECT_TRUE(all[2].starts_with("top.json: $.encoders.H264.element: ")) << all[2];
  }
}

TEST_F(ProfileFiles, RefuseCirclesAndDepth) {
  write("a.json", R"({"extends": "b"})");
  write("b.json", R"({"extends": "a"})");
  EXPECT_EQ(errorOf("a"), "b.json: $.extends: goes round in a circle: a extends b extends a");
  write("self.json", R"({"extends": "self"})");
  EXPECT_EQ(errorOf("self"), "self.json: $.extends: goes round in a circle: self extends self");
  for (int i = 0; i < 12; ++i)
    write("p" + std::to_string(i) + ".json", "{\"extends\": \"p" + std::to_string(i + 1) + "\"}");
  write("p12.json", "{}");
  EXPECT_NE(errorOf("p0").find("more than 8 profiles extend one another"), std::string::npos);
  EXPECT_TRUE(load("p4"));
}

TEST_F(ProfileFiles, NeverLeaveTheirDirectory) {
  write("sub/evil.json", "{}");
  for (const char* name : {"../x", "/etc/passwd", "sub/evil", "", ".", "..", "a.b", "a\nb", "-a", "a b"}) {
    EXPECT_FALSE(isProfileName(name)) << name;
    EXPECT_FALSE(load(name)) << name;
    write("top.json", Json::object({{"extends", name}}).dump());
    EXPECT_TRUE(errorOf("top").starts_with("top.json: $.extends: must be the name of a profile")) << name;
  }
  write("top.json", R"({"extends": 5})");
  EXPECT_TRUE(errorOf("top").starts_with("top.json: $.extends: must be the name of a profile"));
}

TEST_F(ProfileFiles, SayWhatIsNotThere) {
  write("default.json", "{}");
  write("schema.json", "{}");
  write("top.json", R"({"extends": "defualt"})");
  EXPECT_EQ(
      errorOf("top"),
      "top.json: $.extends: there is no profile \"defualt\" beside this one; did you mean \"default\"?");
  EXPECT_EQ(load("nothing").error().code, ErrorCode::notFound);
  EXPECT_EQ(profileNames(dir_), (std::vector<std::string>{"default", "top"}));
  fs::remove(dir_ + "/default.json");
  EXPECT_TRUE(load("default")) << "the built-in one";
}

TEST_F(ProfileFiles, LookAtImages) {
  write("top.json", R"({"logo": {"image": "images/logo.png"}})");
  EXPECT_NE(errorOf("top").find("top.json: $.logo.image: there is no file"), std::string::npos);
  write("images/logo.png", "GIF89a");
  EXPECT_EQ(errorOf("top"), "top.json: $.logo.image: is no PNG file");
  const std::string head("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
  write("images/logo.png", head + std::string("\0\0\x40\0\0\0\0\x10", 8));
  EXPECT_EQ(errorOf("top"), "top.json: $.logo.image: must have 1 to 4096 pixels each way");
  write("images/logo.png", head + std::string("\0\0\0\x10\0\0\0\x10", 8));
  EXPECT_TRUE(load("top")) << errorOf("top");
  char outside[] = "/tmp/tributary-outside-XXXXXX";
  ASSERT_GE(mkstemp(outside), 0);
  std::ofstream(outside) << head << std::string("\0\0\0\x10\0\0\0\x10", 8);
  fs::remove(dir_ + "/images/logo.png");
  fs::create_symlink(outside, dir_ + "/images/logo.png");
  EXPECT_EQ(errorOf("top"), "top.json: $.logo.image: leads out of the profiles directory");
  fs::remove(outside);
}

TEST(Profiles, ThatComeWithItAreRight) {
  const std::string dir = std::string(FIXTURES) + "/../../../pipelines";
  const auto names = profileNames(dir);
  EXPECT_GE(names.size(), 5U);
  for (const auto& name : names) {
    const auto loaded = loadProfile(dir, name);
    EXPECT_TRUE(loaded) << loaded.error().message;
  }
}

}  // namespace
}  // namespace tributary
