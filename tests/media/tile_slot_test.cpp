#include "media/tile_slot.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

constexpr int64_t millisecond = 1'000'000;
constexpr int64_t tick = 40 * millisecond;

std::shared_ptr<const Picture> picture(uint8_t luma, int width = 64, int height = 36) {
  auto out = Picture::create(width, height);
  fill(out->view(), {luma, 128, 128});
  return out;
}

int lumaOf(const TileFrame& frame) {
  return frame.picture ? frame.picture->view().plane[0][0] : -1;
}

TEST(TileSlot, ShowsTheCardUntilAFrameComes) {
  TileSlot slot;
  EXPECT_EQ(slot.take(64, 36, Fit::crop, tick).state, TileFrame::State::card);
}

TEST(TileSlot, ShowsTheNewestFrameThenDimsThenFallsBackToTheCard) {
  TileSlot slot;
  slot.push(picture(100), 0);
  const auto at = [&slot](int64_t time) { return slot.take(64, 36, Fit::crop, time).state; };
  EXPECT_EQ(at(10 * millisecond), TileFrame::State::live);
  EXPECT_EQ(at(TileSlot::dimAfter), TileFrame::State::live);
  EXPECT_EQ(at(TileSlot::dimAfter + millisecond), TileFrame::State::dimmed);
  EXPECT_EQ(at(TileSlot::cardAfter + millisecond), TileFrame::State::card);
  slot.push(picture(100), TileSlot::cardAfter + 2 * millisecond);
  EXPECT_EQ(at(TileSlot::cardAfter + 3 * millisecond), TileFrame::State::live);
}

TEST(TileSlot, ACardIsDueWithinTwoSecondsOfSilence) {
  EXPECT_LE(TileSlot::cardAfter, 2000 * millisecond);
}

TEST(TileSlot, TwoFramesBetweenTwoTicksAreBothShown) {
  TileSlot slot;
  slot.push(picture(50), 1);
  slot.push(picture(60), 2);
  EXPECT_EQ(lumaOf(slot.take(64, 36, Fit::crop, 3)), 50);
  EXPECT_EQ(lumaOf(slot.take(64, 36, Fit::crop, 4)), 60);
  EXPECT_EQ(lumaOf(slot.take(64, 36, Fit::crop, 5)), 60) << "the last one stays";
  EXPECT_EQ(slot.counters().shown, 2U);
}

TEST(TileSlot, AQueueThatNeverEmptiesIsShortened) {
  TileSlot slot;
  int64_t now = 0;
  slot.push(picture(1), now);
  uint8_t newest = 1;
  int behind = 0;
  for (int i = 0; i < 100; ++i) {
    slot.push(picture(++newest), now += tick);
    behind = newest - lumaOf(slot.take(64, 36, Fit::crop, now));
  }
  EXPECT_EQ(behind, 0) << "a burst must not become lasting latency";
}

TEST(TileSlot, FitsFramesToTheTile) {
  TileSlot slot;
  slot.setTarget(32, 18, Fit::crop);
  slot.push(picture(77, 128, 72), 0);
  const auto frame = slot.take(32, 18, Fit::crop, 1);
  ASSERT_EQ(frame.state, TileFrame::State::live);
  EXPECT_EQ(frame.picture->width(), 32);
  EXPECT_EQ(frame.picture->height(), 18);
  EXPECT_EQ(lumaOf(frame), 77);
}

TEST(TileSlot, CutsWhatIsHardlyLargerThanTheTileAndCopiesNothing) {
  TileSlot slot;
  slot.setTarget(124, 70, Fit::crop);
  const auto source = picture(77, 128, 72);
  slot.push(source, 0);
  const auto frame = slot.take(124, 70, Fit::crop, 1);
  ASSERT_EQ(frame.picture->width(), 124);
  EXPECT_EQ(frame.picture->height(), 70);
  EXPECT_EQ(frame.picture->view().plane[0], source->view().plane[0] + 2)
      << "the middle, where it was decoded";

  EXPECT_TRUE(cutTo(source->view(), 122, 40)) << "the other direction is cropped anyway";
  EXPECT_TRUE(cutTo(source->view(), 120, 66)) << "a twelfth is not missed";
  EXPECT_FALSE(cutTo(source->view(), 112, 62)) << "more than a twelfth would be lost";
  EXPECT_FALSE(cutTo(source->view(), 130, 70)) << "too small";
  slot.push(source, 2);
  const auto whole = slot.take(124, 70, Fit::letterbox, 3);
  EXPECT_NE(whole.picture->view().plane[0], source->view().plane[0] + 2)
      << "a letterboxed picture stays whole";
}

TEST(TileSlot, RefitsTheFrameInHandWhenTheTileChanges) {
  TileSlot slot;
  slot.setTarget(32, 18, Fit::crop);
  slot.push(picture(77, 128, 72), 0);
  const auto frame = slot.take(64, 36, Fit::crop, 1);
  ASSERT_EQ(frame.state, TileFrame::State::live);
  EXPECT_EQ(frame.picture->width(), 64);
}

TEST(TileSlot, MutedTakesNoFramesAndShowsTheCard) {
  TileSlot slot;
  slot.push(picture(1), 0);
  slot.setMuted(true);
  slot.push(picture(2), 1);
  EXPECT_EQ(slot.take(64, 36, Fit::crop, 2).state, TileFrame::State::card);
  slot.setMuted(false);
  EXPECT_EQ(slot.take(64, 36, Fit::crop, 3).state, TileFrame::State::card) << "nothing new has come";
  slot.push(picture(3), 4);
  EXPECT_EQ(lumaOf(slot.take(64, 36, Fit::crop, 5)), 3);
}

TEST(TileSlot, OnTheWayGivesWhatWasFittedWhereThatIsAsGood) {
  TileSlot slot;
  slot.setTarget(32, 18, Fit::crop);
  slot.push(picture(1), 0);
  const int source = slot.sourceSize().width;
  ASSERT_GT(source, 40);
  EXPECT_EQ(slot.takeFor(36, 1).picture->width(), 32);
  EXPECT_EQ(slot.takeFor(source, 2).picture->width(), source) << "would be blurred";
  slot.setTarget(18, 18, Fit::crop);
  slot.push(picture(2), 3);
  EXPECT_EQ(slot.takeFor(18, 4).picture->width(), source) << "its sides are cut off";
}

TEST(FitInto, LetterboxKeepsTheWholePictureAndLeavesTheRestAsItWas) {
  const auto source = picture(200, 40, 40);
  auto target = Picture::create(80, 40);
  fill(target->view(), {33, 128, 128});
  fitInto(source->view(), target->view(), Fit::letterbox);
  const PictureView& v = target->view();
  EXPECT_EQ(v.plane[0][20 * v.stride[0] + 2], 33);
  EXPECT_EQ(v.plane[0][20 * v.stride[0] + 40], 200);
  EXPECT_EQ(v.plane[0][20 * v.stride[0] + 77], 33);
}

TEST(FitInto, CropFillsTheTarget) {
  const auto source = picture(200, 40, 40);
  auto target = Picture::create(80, 40);
  fitInto(source->view(), target->view(), Fit::crop);
  const PictureView& v = target->view();
  EXPECT_EQ(v.plane[0][20 * v.stride[0] + 2], 200);
  EXPECT_EQ(v.plane[0][20 * v.stride[0] + 77], 200);
}

}  // namespace
}  // namespace tributary
