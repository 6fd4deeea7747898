#include "room/screen_shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace tributary {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t second = 1'000'000'000;

ScreenSettings allow(int sharers, bool replace = false) {
  ScreenSettings settings;
  settings.sharers = sharers;
  settings.replace = replace;
  return settings;
}

class Shares : public testing::Test {
 protected:
  ScreenShares::Changes watch(ScreenShares& shares, int64_t now) {
    return shares.watch(now, [this](const std::string& identity) { return packets_[identity]; });
  }

  std::map<std::string, int64_t> packets_;
};

TEST_F(Shares, AreShownOnceSomethingArrives) {
  ScreenShares shares(allow(1));
  ASSERT_TRUE(shares.start("ada", 10 * second));
  packets_["ada"] = 9 * second;  // of an earlier share
  EXPECT_FALSE(watch(shares, 11 * second).shown);
  EXPECT_THAT(shares.shown(), IsEmpty());
  packets_["ada"] = 11 * second;
  EXPECT_TRUE(watch(shares, 12 * second).shown);
  EXPECT_THAT(shares.shown(), ElementsAre("ada"));
  EXPECT_FALSE(watch(shares, 12 * second).shown) << "only when it changes";
  EXPECT_TRUE(shares.stop("ada"));
  EXPECT_FALSE(shares.stop("ada"));
  EXPECT_THAT(shares.shown(), IsEmpty());
}

TEST_F(Shares, OneMoreThanAllowedIsRefused) {
  ScreenShares shares(allow(2));
  EXPECT_TRUE(shares.start("ada", 0));
  EXPECT_TRUE(shares.start("ben", 0));
  EXPECT_FALSE(shares.start("cleo", 0));
  EXPECT_TRUE(shares.start("ada", 0)) << "who shares just goes on";
  EXPECT_THAT(shares.sharers(), ElementsAre("ada", "ben"));
  EXPECT_FALSE(ScreenShares(allow(0, true)).start("ada", 0));
}

TEST_F(Shares, OrTakesThePlaceOfTheFirst) {
  ScreenShares shares(allow(1, true));
  EXPECT_THAT(*shares.start("ada", 0), IsEmpty());
  EXPECT_THAT(*shares.start("ben", 0), ElementsAre("ada"));
  EXPECT_THAT(shares.sharers(), ElementsAre("ben"));
}

TEST_F(Shares, FewerAllowedEndTheLastOrTheFirst) {
  for (const bool replace : {false, true}) {
    ScreenShares shares(allow(3));
    for (const char* who : {"ada", "ben", "cleo"})
      ASSERT_TRUE(shares.start(who, 0));
    EXPECT_THAT(shares.setSettings(allow(3, replace)), IsEmpty());
    const auto ended = shares.setSettings(allow(1, replace));
    if (replace) {
      EXPECT_THAT(ended, ElementsAre("ada", "ben"));
    } else {
      EXPECT_THAT(ended, ElementsAre("cleo", "ben"));
    }
    EXPECT_THAT(shares.sharers(), ElementsAre(replace ? "cleo" : "ada"));
    EXPECT_EQ(shares.setSettings(allow(0)).size(), 1U);
  }
}

TEST_F(Shares, EndWhenNothingArrives) {
  ScreenShares shares(allow(2));
  ASSERT_TRUE(shares.start("ada", 0));
  ASSERT_TRUE(shares.start("ben", 0));
  packets_["ben"] = 5 * second;
  watch(shares, 5 * second);
  const auto never = watch(shares, ScreenShares::deadAfter + 1);
  EXPECT_THAT(never.ended, ElementsAre("ada"));
  EXPECT_FALSE(never.shown) << "it was never shown";
  const auto silent = watch(shares, ScreenShares::deadAfter + 6 * second);
  EXPECT_THAT(silent.ended, ElementsAre("ben"));
  EXPECT_TRUE(silent.shown);
  EXPECT_THAT(shares.sharers(), IsEmpty());
}

}  // namespace
}  // namespace tributary
