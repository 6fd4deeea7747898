#include "media/branding.h"

#include <cairo.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "media/counter_place.h"
#include "mixer_stage.h"
#include "room/room_settings.h"

namespace tributary::test {
namespace {

namespace fs = std::filesystem;

constexpr Rect canvas{0, 0, 1280, 720};
constexpr uint32_t grey = 0x808080;

class BrandingTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/tributary-branding-XXXXXX";
    dir_ = mkdtemp(name);
  }
  void TearDown() override { fs::remove_all(dir_); }

  /// A PNG of one colour; `alpha` 0 to 1.
  std::string png(const std::string& name, int width, int height, double shade, double alpha = 1) const {
    cairo_surface_t* surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height);
    cairo_t* cairo = cairo_create(surface);
    cairo_set_source_rgba(cairo, shade, shade, shade, alpha);
    cairo_paint(cairo);
    std::string path = dir_ + "/" + name;
    EXPECT_EQ(cairo_surface_write_to_png(surface, path.c_str()), CAIRO_STATUS_SUCCESS);
    cairo_destroy(cairo);
    cairo_surface_destroy(surface);
    return path;
  }

  std::string dir_;
  Branding branding_;
};

TEST_F(BrandingTest, TheBackgroundIsSeenWhereNoTileIsAndTheLogoInItsCorner) {
  BrandSettings settings;
  settings.background = png("back.png", 100, 100, 0.5);
  settings.logo = png("logo.png", 200, 100, 1);
  settings.logoCorner = Corner::bottomRight;
  settings.logoHeight = 0.1;
  settings.logoOpacity = 1;
  branding_.update(settings, canvas, 0x101418);
  MixerStage stage(3);
  stage.decorate = [this](Scene& scene) { branding_.addTo(scene); };
  stage.show("grid");  // the third has the lower row's middle
  ASSERT_TRUE(stage.runFrames(9));
  EXPECT_NEAR(stage.lumaAt(20, 700), yuvFromRgb(grey).y, 2);
  const Rect logo = branding_.logoRect();
  EXPECT_EQ(logo, (Rect{1280 - 8 - 144, 720 - 8 - 72, 144, 72}));
  EXPECT_NEAR(stage.lumaAt(logo.x + 2, logo.y + 2), 235, 2);
  EXPECT_NEAR(stage.lumaAt(logo.x + logo.width - 2, logo.y + logo.height - 2), 235, 2);
  EXPECT_NEAR(stage.lumaAt(logo.x + logo.width + 4, logo.y + 20), yuvFromRgb(grey).y, 2);
  for (const auto& tile : stage.tiles())
    EXPECT_TRUE(stage.shows(tile)) << tile.identity;
}

TEST_F(BrandingTest, TheLogosTransparencyAndTheSettingsMultiply) {
  BrandSettings settings;
  settings.logo = png("logo.png", 100, 100, 1, 0.5);
  settings.logoOpacity = 0.5;
  branding_.update(settings, canvas, 0);
  MixerStage stage(1);
  stage.decorate = [this](Scene& scene) { branding_.addTo(scene); };
  stage.show("grid");
  ASSERT_TRUE(stage.runFrames(9));
  const Rect logo = branding_.logoRect();
  // A quarter of white over person 0's 40.
  EXPECT_NEAR(stage.lumaAt(logo.x + 20, logo.y + 20), 40 + (235 - 40) / 4, 3);
}

TEST_F(BrandingTest, AFileThatIsMissingOrBrokenIsLeftOutAndOneThatChangesIsReadAgain) {
  BrandSettings settings;
  settings.logo = dir_ + "/logo.png";
  settings.background = png("back.png", 64, 64, 0.5);
  fs::resize_file(settings.background, 40);
  branding_.update(settings, canvas, 0);
  Scene scene;
  branding_.addTo(scene);
  EXPECT_EQ(scene.background, nullptr);
  EXPECT_TRUE(scene.overlays.empty());
  png("logo.png", 10, 10, 1);
  branding_.update(settings, canvas, 0);
  branding_.addTo(scene);
  EXPECT_EQ(scene.overlays.size(), 1U);
}

TEST_F(BrandingTest, TheProfilesKeysReachTheCanvas) {
  png("back.png", 64, 36, 0.5);
  png("logo.png", 50, 50, 1);
  RoomSettings settings;
  settings.profilesDir = dir_;
  settings.profile.canvas.backgroundImage = "back.png";
  settings.profile.logo = {"logo.png", "topLeft", 0.2, 1};
  settings.profile.names.style = "bar";
  settings.profile.names.corner = "topRight";
  settings.profile.names.font = "DejaVu Sans";
  settings.profile.names.colour = "#ff0000";
  const MediaSettings media = mediaSettings(settings);
  EXPECT_EQ(media.brand.background, dir_ + "/back.png");
  EXPECT_EQ(media.brand.logoCorner, Corner::topLeft);
  EXPECT_EQ(media.names.shape, NameStyle::Shape::bar);
  EXPECT_EQ(media.names.colour, 0xff0000U);
  EXPECT_EQ(media.style.labelCorner, Corner::topRight);
  branding_.update(media.brand, canvas, 0);
  EXPECT_EQ(branding_.logoRect(), (Rect{8, 8, 144, 144}));
}

TEST(Counter, LiesOnAFreeCornerElseOnTheStageAndNeverOnTheLogo) {
  Scene scene;
  scene.tiles.push_back({.rect = {0, 0, 960, 720}});
  for (int i = 0; i < 5; ++i)
    scene.tiles.push_back({.rect = {964, i * 144, 316, 140}});
  EXPECT_EQ(counterPlace(scene, canvas, {}, 60, 36), (Rect{960 - 68, 8, 60, 36})) << "beside the strip";
  scene.tiles.pop_back();
  EXPECT_EQ(counterPlace(scene, canvas, {}, 60, 36), (Rect{1280 - 68, 720 - 44, 60, 36})) << "free";
  EXPECT_EQ(counterPlace(scene, canvas, {1200, 640, 80, 80}, 60, 36), (Rect{960 - 68, 8, 60, 36}));
}

}  // namespace
}  // namespace tributary::test
