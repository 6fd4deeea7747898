#include "media/video_mixer.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>

#include "media/glide.h"
#include "media/uncovered.h"
#include "mixer_stage.h"

namespace tributary::test {
namespace {

constexpr int64_t millisecond = 1'000'000;

Scene sceneOf(const std::vector<std::shared_ptr<TileSlot>>& slots, const std::vector<Rect>& rects) {
  Scene scene;
  for (size_t i = 0; i < rects.size(); ++i)
    scene.tiles.push_back({.slot = slots[i], .rect = rects[i]});
  return scene;
}

class GlideTest : public testing::Test {
 protected:
  std::vector<std::shared_ptr<TileSlot>> slots_ = {std::make_shared<TileSlot>(),
                                                   std::make_shared<TileSlot>()};
  const Rect left_{0, 0, 640, 720}, right_{640, 0, 640, 720}, small_{1024, 576, 256, 144};
  Glide glide_;
};

TEST_F(GlideTest, TheFirstSceneStandsAtOnce) {
  glide_.retarget(sceneOf(slots_, {left_, right_}), 0);
  EXPECT_EQ(glide_.at(0, 0), left_);
  EXPECT_FALSE(glide_.isMoving(0));
}

TEST_F(GlideTest, GoesFromPlaceToPlaceOnEvenPixelsAndEnds) {
  glide_.retarget(sceneOf(slots_, {left_, right_}), 0);
  glide_.retarget(sceneOf(slots_, {right_, small_}), 1000 * millisecond);
  EXPECT_EQ(glide_.at(0, 1000 * millisecond), left_);
  int last = 0;
  for (int ms = 0; ms <= 200; ms += 10) {
    const Rect r = glide_.at(0, (1000 + ms) * millisecond);
    EXPECT_EQ((r.x | r.y | r.width | r.height) & 1, 0);
    EXPECT_GE(r.x, last);
    last = r.x;
  }
  EXPECT_TRUE(glide_.isMoving(1199 * millisecond));
  EXPECT_FALSE(glide_.isMoving(1200 * millisecond));
  EXPECT_EQ(glide_.at(0, 1200 * millisecond), right_);
  EXPECT_EQ(glide_.at(1, 1200 * millisecond), small_);
}

TEST_F(GlideTest, ANewPlaceOnTheWayIsReachedFromWhereTheTileIs) {
  glide_.retarget(sceneOf(slots_, {left_, right_}), 0);
  glide_.retarget(sceneOf(slots_, {right_, left_}), 1000 * millisecond);
  const Rect onTheWay = glide_.at(0, 1100 * millisecond);
  EXPECT_NE(onTheWay, left_);
  EXPECT_NE(onTheWay, right_);
  glide_.retarget(sceneOf(slots_, {left_, right_}), 1100 * millisecond);
  EXPECT_EQ(glide_.at(0, 1100 * millisecond), onTheWay);
  EXPECT_EQ(glide_.at(0, 1300 * millisecond), left_);
}

TEST_F(GlideTest, OffMeansAtOnce) {
  Scene scene = sceneOf(slots_, {left_, right_});
  scene.style.glide = std::chrono::milliseconds(0);
  glide_.retarget(scene, 0);
  scene.tiles[0].rect = small_;
  glide_.retarget(scene, 1);
  EXPECT_EQ(glide_.at(0, 1), small_);
  EXPECT_FALSE(glide_.isMoving(1));
}

TEST(Mixer, FiftySwitchesOfLayoutAtTenASecondCostNoFrame) {
  MixerStage stage(9);
  stage.show("grid");
  ASSERT_TRUE(stage.runFrames(25));
  stage.resetIntervals();
  ASSERT_TRUE(stage.runFrames(125));
  const int lostAtRest = stage.framesLost();
  const auto before = stage.counters();
  stage.resetIntervals();
  const char* names[] = {"speaker", "grid", "sidebar", "pip", "single-speaker"};
  for (int i = 0; i < 50; ++i) {
    stage.show(names[i % 5], "p" + std::to_string(i % 9));
    ASSERT_TRUE(stage.runFrames(i % 2 == 0 ? 2 : 3));  // 2.5 frames of 40 ms
  }
  const auto after = stage.counters();
  const auto intervals = stage.intervals();
  const double worst = intervals.back();
  const double p99 = intervals[intervals.size() * 99 / 100];
  std::printf(
      "50 switches at 10/s: %zu frames, %d lost, %llu late, interval p99 %.1f ms, worst %.1f ms, %.2f ms a "
      "frame\n",
      intervals.size(), stage.framesLost(), static_cast<unsigned long long>(after.late - before.late), p99,
      worst, (after.seconds - before.seconds) * 1000 / static_cast<double>(after.rendered - before.rendered));
  // A busy machine loses some of any mix; switching may add none to speak of.
  EXPECT_LE(stage.framesLost(), lostAtRest + 1) << "every tick of the clock has its frame";
}

TEST(Mixer, RightAfterAGlideEveryTileShowsItsPersonInItsPlace) {
  MixerStage stage(9);
  stage.show("grid");
  ASSERT_TRUE(stage.runFrames(5));
  for (const char* name : {"speaker", "sidebar", "screen-share", "grid", "pip"}) {
    stage.show(name, "p4");
    ASSERT_TRUE(stage.runFrames(9));
    for (const auto& tile : stage.tiles())
      EXPECT_TRUE(stage.shows(tile)) << name << ": " << tile.identity;
  }
}

TEST(Mixer, ScalesNothingAtRestInAnyLayout) {
  for (const bool screen : {false, true}) {
    MixerStage stage(9);
    if (screen) stage.shareScreen();
    uint64_t onTheWay = 0;
    for (const auto name : layoutNames()) {
      const uint64_t before = stage.scalings();
      stage.show(std::string(name), "p4");
      ASSERT_TRUE(stage.runFrames(12));  // a glide is five
      const uint64_t arrived = stage.scalings();
      ASSERT_TRUE(stage.runFrames(6));
      EXPECT_EQ(stage.scalings(), arrived) << name << (screen ? " with a screen" : "");
      onTheWay += arrived - before;
    }
    EXPECT_GT(onTheWay, 0U) << "it would be seen";
  }
}

TEST(Mixer, TheTalkerHasABorderAndTheOthersHaveNone) {
  MixerStage stage(4);
  stage.show("grid", "", "p2");
  ASSERT_TRUE(stage.runFrames(9));
  const YuvColour green = yuvFromRgb(TileStyle{}.talkerColour);
  for (const auto& tile : stage.tiles()) {
    const Rect& r = tile.rect;
    const bool bordered = stage.lumaAt(r.x + 2, r.y + r.height / 2) == green.y &&
                          stage.lumaAt(r.x + r.width / 2, r.y + 2) == green.y &&
                          stage.lumaAt(r.x + r.width - 2, r.y + r.height / 2) == green.y;
    EXPECT_EQ(bordered, tile.identity == "p2") << tile.identity;
  }
}

/// How often each pixel pair of a small canvas is in one of the rectangles.
std::vector<int> coverage(const std::vector<Rect>& rects, int width, int height) {
  std::vector<int> out(static_cast<size_t>(width / 2) * static_cast<size_t>(height / 2));
  for (const Rect& r : rects) {
    for (int y = r.y / 2; y < (r.y + r.height) / 2; ++y)
      for (int x = r.x / 2; x < (r.x + r.width) / 2; ++x)
        ++out[static_cast<size_t>(y) * static_cast<size_t>(width / 2) + static_cast<size_t>(x)];
  }
  return out;
}

TEST(Uncovered, IsWhatNoTileCoversAndNoMore) {
  std::mt19937 random(7);
  constexpr int width = 64;
  constexpr int height = 36;
  const auto even = [&](int below) {
    return static_cast<int>(random() % static_cast<unsigned>(below / 2)) * 2;
  };
  for (int turn = 0; turn < 500; ++turn) {
    std::vector<Rect> tiles;
    for (unsigned n = random() % 8; n > 0; --n) {
      const int x = even(width);
      const int y = even(height);
      tiles.push_back({x, y, even(width - x) + 2, even(height - y) + 2});
    }
    const auto covered = coverage(tiles, width, height);
    const auto free = coverage(uncovered(tiles, width, height), width, height);
    for (size_t i = 0; i < covered.size(); ++i)
      ASSERT_EQ(free[i], covered[i] == 0 ? 1 : 0) << "turn " << turn << ", pixels " << i;
  }
}

TEST(Mixer, DrawsTheBackgroundBetweenTilesAtRestAndOnTheWay) {
  CanvasSettings settings;
  settings.background = 0xffffff;
  MixerStage stage(3, settings);
  for (const char* layout : {"sidebar", "grid", "pip", "grid"}) {
    stage.show(layout);
    for (int frame = 0; frame < 7; ++frame) {
      ASSERT_TRUE(stage.runFrames(1));
      if (layout != std::string("grid") || frame < 6) continue;
      EXPECT_GT(stage.lumaAt(640, 100), 200) << "the gap between the upper tiles";
      EXPECT_LT(stage.lumaAt(632, 100), 100);
    }
  }
}

}  // namespace
}  // namespace tributary::test
