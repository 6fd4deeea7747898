#include "base/nearest.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(Nearest, MendsATypingMistake) {
  EXPECT_EQ(nearest("widht", {"height", "width"}), "width");
  EXPECT_EQ(nearest("Framerate", {"framerate"}), "framerate");
}

TEST(Nearest, KeepsSilentWhenNothingIsNear) {
  EXPECT_EQ(nearest("bananas", {"height", "width"}), "");
  EXPECT_EQ(nearest("width", {}), "");
}

TEST(Nearest, TakesNoShortNameForAnotherOfWhichNothingIsLeft) {
  EXPECT_EQ(nearest("x", {"z", "fit"}), "");
  EXPECT_EQ(nearest("ab", {"cd"}), "");
}

}  // namespace
}  // namespace tributary
