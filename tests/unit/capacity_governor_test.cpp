#include "room/capacity_governor.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

constexpr int64_t second = 1'000'000'000;
constexpr CapacityReading trouble{.idle = 0.02, .lateCanvas = 0, .lateFrames = 0.4};
constexpr CapacityReading fine{.idle = 0.5};

class Governor : public testing::Test {
 protected:
  /// Says the same once a second for so long; how many times the level changed.
  int pass(const CapacityReading& reading, int seconds) {
    int changes = 0;
    for (int i = 0; i < seconds; ++i)
      changes += governor_.observe(reading, now_ += second) ? 1 : 0;
    return changes;
  }

  CapacityGovernor governor_;
  int64_t now_ = 100 * second;
};

TEST_F(Governor, SavesFramesThenTheTopRenditionThenTiles) {
  EXPECT_EQ(pass(trouble, 2), 0) << "a moment of trouble is no reason";
  EXPECT_EQ(pass(trouble, 1), 1);
  EXPECT_TRUE(governor_.halvesFrames() && !governor_.leavesTopRenditionOut());
  EXPECT_EQ(pass(trouble, 2), 1);
  EXPECT_TRUE(governor_.leavesTopRenditionOut() && !governor_.halvesTiles());
  EXPECT_EQ(pass(trouble, 2), 1);
  EXPECT_TRUE(governor_.halvesTiles());
  EXPECT_EQ(pass(trouble, 60), 0) << "there is no more to save";
}

TEST_F(Governor, LatenessOnAnIdleMachineHasOtherReasons) {
  EXPECT_EQ(pass({.idle = 0.4, .lateCanvas = 1, .lateFrames = 1}, 60), 0);
}

TEST_F(Governor, ABusyMachineThatKeepsUpSavesNothing) {
  EXPECT_EQ(pass({.idle = 0, .lateCanvas = 0.01, .lateFrames = 0.01}, 60), 0);
}

TEST_F(Governor, ALateCanvasIsTroubleToo) {
  EXPECT_EQ(pass({.idle = 0, .lateCanvas = 0.2}, 3), 1);
}

TEST_F(Governor, GoesBackOneStepAtATimeWhenItHasBeenCalm) {
  pass(trouble, 5);
  ASSERT_EQ(governor_.level(), 2);
  EXPECT_EQ(pass(fine, 15), 0);
  EXPECT_EQ(pass(fine, 1), 1);
  EXPECT_EQ(governor_.level(), 1);
  EXPECT_EQ(pass({.idle = 0.15}, 60), 0) << "neither trouble nor room for more";
  EXPECT_EQ(pass(fine, 16), 1);
  EXPECT_EQ(governor_.level(), 0);
}

TEST_F(Governor, WaitsLongerEachTimeThatASteppingBackWasWrong) {
  pass(trouble, 3);
  int waited = 0;
  for (const int expected : {16, 31, 61}) {
    for (waited = 1; pass(fine, 1) == 0; ++waited) {
      ASSERT_LT(waited, 300);
    }
    EXPECT_EQ(waited, expected);
    ASSERT_EQ(pass(trouble, 3), 1);
  }
  pass(fine, 300);
  pass(fine, 300);
  ASSERT_EQ(governor_.level(), 0);
  ASSERT_EQ(pass(trouble, 3), 1);
  EXPECT_EQ(pass(fine, 16), 1) << "trouble long after is news";
}

}  // namespace
}  // namespace tributary
