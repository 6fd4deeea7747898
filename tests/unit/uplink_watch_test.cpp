#include "room/uplink_watch.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

constexpr int64_t second = 1'000'000'000;
const UplinkRequest small{
    .active = true, .maxWidth = 320, .maxHeight = 180, .maxFramerate = 25, .maxBitrate = 200'000};

TEST(UplinkWatch, WhoDoesAsAskedIsLeftAlone) {
  UplinkWatch watch;
  for (int64_t i = 0; i < 100; ++i)
    EXPECT_EQ(watch.judge("a", &small, 280'000, i * second).cap, 0);
  EXPECT_EQ(watch.judge("b", nullptr, 5e6, 0).cap, 0) << "nobody has asked";
}

TEST(UplinkWatch, APeakIsNoOffence) {
  UplinkWatch watch;
  for (int64_t i = 0; i < 100; ++i)
    EXPECT_EQ(watch.judge("a", &small, i % 4 == 0 ? 200'000 : 900'000, i * second).cap, 0);
}

TEST(UplinkWatch, WhoSendsFarMoreIsFoundOnceAndToldFromThenOn) {
  UplinkWatch watch;
  int found = 0;
  UplinkWatch::Verdict last;
  for (int64_t i = 0; i < 20; ++i) {
    last = watch.judge("a", &small, i < 10 ? 1.2e6 : 190e3, i * second);
    if (last.found) ++found;
    EXPECT_EQ(last.cap > 0, i >= 5) << i;
  }
  EXPECT_EQ(found, 1);
  EXPECT_EQ(last.cap, 200'000);
  EXPECT_EQ(watch.capped(), 1);
  UplinkRequest off = small;
  off.active = false;
  EXPECT_EQ(watch.judge("a", &off, 190e3, 20 * second).cap, UplinkWatch::least);
  watch.restart("a");
  EXPECT_EQ(watch.judge("a", &small, 1.2e6, 21 * second).cap, 0) << "a new connection";
}

}  // namespace
}  // namespace tributary
