#include "base/machine_load.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(MachineLoad, ReadsTheFirstLineOfProcStat) {
  const auto ticks = parseCpuTicks("cpu  100 20 30 400 50 6 7 8 90 10");
  ASSERT_TRUE(ticks);
  EXPECT_EQ(ticks->all, 100U + 20 + 30 + 400 + 50 + 6 + 7 + 8) << "guests are users' already";
  EXPECT_EQ(ticks->idle, 400U + 50 + 20) << "what is nice gives way";
}

TEST(MachineLoad, RefusesOtherText) {
  for (const char* text : {"", "cpu", "cpu0 1 2 3 4 5 6 7 8", "cpu  1 2 3", "cpu  1 2 3 four 5 6 7 8"})
    EXPECT_FALSE(parseCpuTicks(text)) << text;
}

TEST(MachineLoad, IsAShareOfTheMachine) {
  MachineLoad load;
  for (int i = 0; i < 3; ++i) {
    EXPECT_GE(load.busyShare(), 0);
    EXPECT_LE(load.busyShare(), 1);
  }
}

}  // namespace
}  // namespace tributary
