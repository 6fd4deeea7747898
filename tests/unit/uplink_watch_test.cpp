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

TEST(UplinkWatch, WhoIsAskedForLessHasTimeToObey) {
  UplinkWatch watch;
  UplinkRequest request = small;
  double sent = 1'200'000;
  // A room that fills up: less is asked for each second, and done three seconds later.
  for (int64_t i = 0; i < 12; ++i) {
    request.maxBitrate = static_cast<int>(1'200'000 / (1 + static_cast<double>(i)));
    if (i >= 3) sent = 1'200'000 / (1 + static_cast<double>(i - 3));
    EXPECT_EQ(watch.judge("a", &request, sent, i * second).cap, 0) << i;
  }
  sent = 1'200'000;
  int found = -1;
  for (int i = 12; i < 30 && found < 0; ++i) {
    if (watch.judge("a", &request, sent, i * second).found) found = i;
  }
  EXPECT_EQ(found, 11 + (UplinkWatch::grace + UplinkWatch::patience) / second) << "but not for ever";
}

TEST(UplinkWatch, WhoIsAskedForNowMoreNowLessIsMeasuredByMore) {
  UplinkWatch watch;
  UplinkRequest large = small;
  large.maxBitrate = 600'000;
  bool found = false;
  for (int64_t i = 0; i < 20; ++i) {
    const UplinkRequest& request = i % 4 < 2 ? large : small;
    EXPECT_EQ(watch.judge("a", &request, 600'000, i * second).cap, 0) << i;
    found = found || watch.judge("b", &request, 1.2e6, i * second).found;
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace tributary
