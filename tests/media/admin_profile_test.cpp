// What an admin does before a profile goes live: copies one, checks it, mends it, looks at it.
#include <cairo.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "ctl.h"
#include "server_process.h"
#include "test_peer.h"

namespace tributary::test {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

/// Width and height of a PNG, read whole; 0, 0 of what is none.
std::pair<int, int> pngSize(const fs::path& path) {
  cairo_surface_t* surface = cairo_image_surface_create_from_png(path.c_str());
  const std::pair out(cairo_image_surface_get_width(surface), cairo_image_surface_get_height(surface));
  cairo_surface_destroy(surface);
  return out;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class AdminProfile : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/tributary-profile-XXXXXX";
    dir_ = mkdtemp(name);
    write(dir_ / "settings.json", R"({"rooms":{"profilesDir":")" + profiles().string() + R"("}})");
    write(profiles() / "mine.json", R"({"canvas":{"width":640,"height":360,"framerate":15}})");
  }

  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(dir_, ignored);
  }

  fs::path profiles() const { return dir_ / "profiles"; }
  CtlRun check() const {
    return runProgram("tributaryctl", {"profile", "check", (profiles() / "mine.json").string()});
  }
  CtlRun checkConfig() const {
    return runProgram("tributary", {"--check-config", "--config", (dir_ / "settings.json").string()});
  }

  fs::path dir_;
};

TEST_F(AdminProfile, EveryMistakeIsNamedInOneRun) {
  write(profiles() / "mine.json", R"({
    "canvas": {"widht": 640, "height": 360, "framerate": 1500},
    "encoders": {"VP8": {"element": "vp8enc", "properties": {"cpu-used": "fast"}}},
    "layout": {"name": "gird"}
  })");
  const auto run = check();
  EXPECT_EQ(run.status, 1);
  for (const char* path : {"$.canvas.widht: ", "$.canvas.framerate: ", "$.layout.name: ",
                           "$.encoders.VP8.properties.cpu-used: must be a whole number; it is \"fast\""})
    EXPECT_TRUE(contains(run.out, std::string("mine.json: ") + path)) << run.out << run.error;
  EXPECT_EQ(checkConfig().status, 2);
}

TEST_F(AdminProfile, AnEncodersPropertiesAreTried) {
  write(
      profiles() / "mine.json",
      R"({"encoders": {"VP8": {"element": "vp8enc", "properties": {"cpu-used": "fast", "cpu-usd": "1"}}}})");
  const auto run = check();
  EXPECT_EQ(run.status, 1);
  EXPECT_TRUE(contains(run.out, "cpu-usd")) << run.out << run.error;
  EXPECT_TRUE(contains(run.out, "fast")) << run.out << run.error;
}

TEST_F(AdminProfile, APropertyOutOfRangeIsNamedWithItsRange) {
  write(profiles() / "mine.json",
        R"({"encoders": {"VP8": {"element": "vp8enc", "properties": {"cpu-used": 17, "threads": 65}},
                         "H264": {"element": "x264enc", "properties": {"quantizer": 51, "rc-lookahead": -1}}}})");
  const auto run = check();
  EXPECT_EQ(run.status, 1);
  for (const char* mistake : {"$.encoders.VP8.properties.cpu-used: must be from -16 to 16; it is \"17\"",
                              "$.encoders.VP8.properties.threads: must be from 0 to 64; it is \"65\"",
                              "$.encoders.H264.properties.quantizer: must be from 0 to 50; it is \"51\""})
    EXPECT_TRUE(contains(run.out, mistake)) << mistake << "\n" << run.out << run.error;
  EXPECT_TRUE(contains(run.out, "$.encoders.H264.properties.rc-lookahead: ")) << run.out;
}

TEST_F(AdminProfile, AMistakeOfAnEncoderBearsTheNameOfTheFileThatHasIt) {
  write(profiles() / "base.json",
        R"({"encoders": {"VP8": {"element": "vp8enc", "properties": {"cpu-usd": 1, "cpu-used": -8}}}})");
  write(profiles() / "mine.json",
        R"({"extends": "base", "encoders": {"VP8": {"properties": {"threads": "many"}}}, "nmaes": {}})");
  const auto run = check();
  EXPECT_EQ(run.status, 1);
  EXPECT_TRUE(contains(run.out, "base.json: $.encoders.VP8.properties.cpu-usd: ")) << run.out;
  EXPECT_FALSE(contains(run.out, "mine.json: $.encoders.VP8.properties.cpu-usd: ")) << run.out;
  EXPECT_TRUE(contains(run.out, "mine.json: $.encoders.VP8.properties.threads: ")) << run.out;
  EXPECT_TRUE(contains(run.out, "mine.json: $.nmaes: ")) << run.out;
}

TEST_F(AdminProfile, ALineBreakInAKeyOrValueBreaksNoMistake) {
  write(profiles() / "mine.json", R"({"a\nb": 1, "layouts": {"c\nd": {}},
    "encoders": {"VP8": {"element": "vp8enc", "properties": {"cpu-used": "fa\nst", "e\nf\u001b[2J": "1"}}}})");
  const auto run = check();
  EXPECT_EQ(run.status, 1);
  std::istringstream out(run.out);
  int count = 0;
  for (std::string line; std::getline(out, line); ++count)
    EXPECT_TRUE(line.starts_with("mine.json: $.")) << run.out;
  EXPECT_EQ(count, 4) << run.out;
}

TEST_F(AdminProfile, AStrangersElementStartsNothing) {
  const fs::path target = dir_ / "written";
  write(profiles() / "mine.json",
        R"({"encoders": {"VP8": {"element": "x264enc ! filesink location=)" + target.string() + R"("}}})");
  EXPECT_EQ(check().status, 1);
  EXPECT_FALSE(fs::exists(target));
}

TEST_F(AdminProfile, ALayoutBesideTheProfilesIsCheckedToo) {
  write(profiles() / "layouts" / "wall.json", R"({"sets":[{"regions":[{"wdth":0.5}]}]})");
  const auto wrong = checkConfig();
  EXPECT_EQ(wrong.status, 2);
  EXPECT_TRUE(contains(wrong.out, "layouts/wall.json: $.sets[0].regions[0].wdth: "))
      << wrong.out << wrong.error;
  fs::remove(profiles() / "layouts" / "wall.json");
  const auto right = checkConfig();
  EXPECT_EQ(right.status, 0) << right.out << right.error;
  EXPECT_TRUE(contains(right.out, "profiles (1), layouts (0)")) << right.out;
}

TEST_F(AdminProfile, TheMendedOneIsLookedAt) {
  write(profiles() / "mine.json", R"({"canvas": {"width": 640, "height": 360, "framerate": 15},
    "layouts": {"duo": {"sets": [{"regions": [{"width": 0.5}, {"left": 0.5, "width": 0.5}]}]}}})");
  const auto run = check();
  ASSERT_EQ(run.status, 0) << run.out << run.error;
  EXPECT_EQ(run.out, "mine.json: right\n");
  const auto drawn = runProgram("tributaryctl", {"profile", "preview", (profiles() / "mine.json").string(),
                                                 "-o", (dir_ / "out").string()});
  ASSERT_EQ(drawn.status, 0) << drawn.out << drawn.error;
  size_t expected = 1;
  EXPECT_GT(pngSize(dir_ / "out" / "contact-sheet.png").first, 2000);
  for (const char* layout : {"grid", "speaker", "sidebar", "pip", "single-speaker", "screen-share", "duo"}) {
    for (const char* people : {"01", "02", "03", "04", "05", "09", "16", "25"}) {
      for (const char* screen : {"", "-screen"}) {
        const std::string name = std::string(layout) + "-" + people + screen + ".png";
        EXPECT_EQ(pngSize(dir_ / "out" / name), std::pair(640, 360)) << name;
        EXPECT_TRUE(contains(drawn.out, name + "\n")) << name;
        ++expected;
      }
    }
  }
  const auto files = std::distance(fs::directory_iterator(dir_ / "out"), fs::directory_iterator());
  EXPECT_EQ(static_cast<size_t>(files), expected) << "and no others";
}

TEST_F(AdminProfile, AHangupHasTheServerLookAtWhatItCannotWatch) {
  ServerProcess server;
  // The folder is watched, and nothing in it changes when the file behind a link does.
  write(dir_ / "elsewhere.json", R"({"canvas": {"width": 640, "height": 360}})");
  fs::create_symlink(dir_ / "elsewhere.json", server.folder() + "/profiles/linked.json");
  const auto told = [&](const std::string& what) {
    std::istringstream log(server.log());
    int count = 0;
    for (std::string line; std::getline(log, line);)
      count += contains(line, what) && contains(line, "linked") ? 1 : 0;
    return count;
  };
  ASSERT_TRUE(waitFor([&] { return told("profile.loaded") == 1; })) << server.log();
  write(dir_ / "elsewhere.json", R"({"canvas": {"width": 320, "height": 180}})");
  EXPECT_FALSE(waitFor([&] { return told("profile.loaded") > 1; }, 1)) << "then this shows nothing";
  kill(server.pid(), SIGHUP);
  EXPECT_TRUE(waitFor([&] { return told("profile.loaded") == 2; })) << server.log();
  write(dir_ / "elsewhere.json", R"({"canvas": {"width": 321}})");
  kill(server.pid(), SIGHUP);
  EXPECT_TRUE(waitFor([&] { return told("profile.refused") == 1; })) << server.log();
}

}  // namespace
}  // namespace tributary::test
