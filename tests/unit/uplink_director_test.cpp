#include "room/uplink_director.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tributary {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

constexpr int64_t ms = 1'000'000;
constexpr int64_t second = 1000 * ms;
constexpr Rect large{0, 0, 638, 358};
constexpr Rect small{0, 0, 318, 178};

UplinkRequest ask(int tileWidth, int tileHeight, int cameraWidth, int cameraHeight,
                  UplinkLimits limits = {}) {
  return uplinkFor({0, 0, tileWidth, tileHeight}, cameraWidth, cameraHeight, limits);
}

TEST(UplinkFor, CoversTheTileWithASizeBrowsersHit) {
  const auto wide = ask(638, 358, 1280, 720);
  EXPECT_EQ(wide.maxWidth, 640);
  EXPECT_EQ(wide.maxHeight, 360);
  const auto third = ask(424, 238, 1280, 720);
  EXPECT_EQ(third.maxWidth, 448);
  EXPECT_EQ(third.maxHeight, 252);
  const auto old = ask(638, 358, 640, 480);
  EXPECT_EQ(old.maxWidth, 640);
  EXPECT_EQ(old.maxHeight, 480);
  const auto narrow = ask(316, 718, 1280, 720);
  EXPECT_EQ(narrow.maxWidth, 1280) << "a narrow tile shows the middle of a high picture";
}

TEST(UplinkFor, SizesAreEvenAndWholeForEveryTile) {
  for (int width = 60; width <= 1280; width += 2) {
    for (const int height : {34, 90, 178, 360, 718}) {
      const auto request = ask(width, height, 640, 360);
      EXPECT_EQ(request.maxWidth % 32, 0);
      EXPECT_EQ(request.maxWidth * 9, request.maxHeight * 16);
      EXPECT_LE(request.maxHeight, 720);
    }
  }
}

TEST(UplinkFor, KnowsPortraitCamerasAndScaledOnes) {
  const auto portrait = ask(318, 178, 720, 1280);
  EXPECT_EQ(portrait.maxWidth, 324);
  EXPECT_EQ(portrait.maxHeight, 576);
  EXPECT_EQ(ask(318, 178, 253, 142), ask(318, 178, 1280, 720)) << "16:9 but for rounding";
}

TEST(UplinkFor, UnknownCamerasMayBeOfEitherShape) {
  const auto request = ask(318, 178, 0, 0);
  EXPECT_EQ(request.maxWidth, 320);
  EXPECT_EQ(request.maxHeight, 240) << "into which 16:9 goes as 320x180 and 4:3 as 320x240";
}

TEST(UplinkFor, LetterboxedPicturesLieInside) {
  const auto request = ask(318, 718, 1280, 720, {.crop = false});
  EXPECT_EQ(request.maxWidth, 320);
  EXPECT_EQ(request.maxHeight, 180);
}

TEST(UplinkFor, LimitsHoldAndBitsGoWithTheArea) {
  const UplinkLimits limits{.maxHeight = 360, .maxFramerate = 20, .maxBitrate = 600'000};
  const auto most = ask(1280, 720, 1280, 720, limits);
  EXPECT_EQ(most, (UplinkRequest{true, 640, 360, 20, 600'000}));
  const auto quarter = ask(320, 180, 1280, 720, limits);
  EXPECT_NEAR(quarter.maxBitrate, 600'000 * 0.354, 2000);
  EXPECT_EQ(ask(60, 34, 1280, 720, limits).maxBitrate, 80'000);
}

class Uplinks : public testing::Test {
 protected:
  void SetUp() override { director_.connected("ada"); }
  std::vector<UplinkDirector::News> with(const Rect& tile, int64_t now) {
    return director_.decide({{"ada", tile, 1280, 720}}, now);
  }
  std::vector<UplinkDirector::News> without(int64_t now) { return director_.decide({}, now); }

  UplinkDirector director_{UplinkLimits{}};
};

TEST_F(Uplinks, TellsEachClientOnceAndAgainAfterAReconnection) {
  ASSERT_THAT(with(small, 0), SizeIs(1));
  EXPECT_THAT(with(small, 5 * second), IsEmpty());
  director_.connected("ada");
  EXPECT_THAT(with(small, 6 * second), SizeIs(1));
  director_.retell("ada");
  EXPECT_THAT(with(small, 7 * second), SizeIs(1));
  director_.remove("ada");
  EXPECT_THAT(with(large, 9 * second), IsEmpty());
  director_.retell("ada");
  EXPECT_THAT(with(large, 10 * second), IsEmpty());
}

TEST_F(Uplinks, AsksForMoreAtOnceButOnceASecond) {
  with(small, 0);
  EXPECT_THAT(with(large, 400 * ms), IsEmpty()) << "within a second of the last message";
  const auto news = with(large, 1000 * ms);
  ASSERT_THAT(news, SizeIs(1));
  EXPECT_EQ(news[0].request.maxWidth, 640);
}

TEST_F(Uplinks, AsksForLessWhenLessHasBeenEnoughForAWhile) {
  with(large, 0);
  EXPECT_THAT(with(small, 10 * second), IsEmpty());
  EXPECT_THAT(with(large, 11 * second), IsEmpty()) << "back before it mattered";
  EXPECT_THAT(with(small, 12 * second), IsEmpty());
  EXPECT_THAT(with(small, 13'900 * ms), IsEmpty()) << "the wait begins anew";
  EXPECT_THAT(with(small, 14 * second), SizeIs(1));
}

TEST_F(Uplinks, WhoIsNotSeenStopsAfterAWhileAndIsBackAtOnce) {
  with(small, 0);
  EXPECT_THAT(without(10 * second), IsEmpty());
  const auto off = without(12 * second);
  ASSERT_THAT(off, SizeIs(1));
  EXPECT_FALSE(off[0].request.active);
  EXPECT_EQ(off[0].request.maxWidth, 320) << "its size stays for its return";
  const auto on = with(small, 12'100 * ms);
  ASSERT_THAT(on, SizeIs(1)) << "however recent the last message is";
  EXPECT_TRUE(on[0].request.active);
}

TEST_F(Uplinks, WhoJoinsOffCanvasSendsNothingFromTheStart) {
  const auto news = without(0);
  ASSERT_THAT(news, SizeIs(1));
  EXPECT_FALSE(news[0].request.active);
}

}  // namespace
}  // namespace tributary
