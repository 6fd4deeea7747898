#include "rate/feedback_check.h"

#include <gtest/gtest.h>

#include <vector>

namespace tributary {
namespace {

constexpr int64_t millisecond = 1'000'000;
constexpr int64_t receiversClock = -18'567'000 * millisecond;

PacketFeedback arrival(uint16_t sequence, double sentMs, double delayMs) {
  const auto sent = static_cast<int64_t>(sentMs * millisecond);
  return {sequence, 1200, sent, sent + receiversClock + static_cast<int64_t>(delayMs * millisecond), false};
}

int64_t at(double ms) {
  return static_cast<int64_t>(ms * millisecond);
}

TEST(FeedbackCheck, TakesReorderingAndAStall) {
  FeedbackCheck check;
  EXPECT_TRUE(check.plausible(std::vector{arrival(0, 1000, 15), arrival(1, 1001, 45), arrival(2, 1002, 20)},
                              at(1080)));
  // The way stood still for four seconds; all of it came at once.
  std::vector<PacketFeedback> queued;
  for (uint16_t i = 0; i < 200; ++i)
    queued.push_back(arrival(static_cast<uint16_t>(3 + i), 1100 + 20 * i, 15 + 20 * (200 - i)));
  EXPECT_TRUE(check.plausible(queued, at(5150)));
}

/// As GStreamer 1.22.0 told it at 30 ms of jitter: from the fifth packet on the bytes are read one off.
TEST(FeedbackCheck, RefusesAReportThatGoesAstray) {
  FeedbackCheck check;
  ASSERT_TRUE(check.plausible(std::vector{arrival(3493, 18583329.6, 31), arrival(3494, 18583337.2, 34)},
                              at(18583400)));
  EXPECT_FALSE(check.plausible(std::vector{arrival(3495, 18583357.3, 24), arrival(3497, 18583366.2, 103),
                                           arrival(3499, 18583366.2, 172), arrival(3501, 18583366.3, -1039),
                                           arrival(3520, 18583394.5, 5167)},
                               at(18583500)));
  EXPECT_TRUE(check.plausible(std::vector{arrival(3556, 18583443.3, 36), arrival(3559, 18583443.4, 28)},
                              at(18583550)))
      << "nothing of it is remembered";
}

TEST(FeedbackCheck, RefusesWhatArrivedAfterItWasTold) {
  FeedbackCheck check;
  ASSERT_TRUE(check.plausible(std::vector{arrival(0, 1000, 15)}, at(1080)));
  EXPECT_FALSE(check.plausible(std::vector{arrival(1, 1100, 8000)}, at(1180)));
}

TEST(FeedbackCheck, BelievesAClockThatIsNotAsFastAsOurs) {
  for (const double ppm : {-300.0, -50.0, 50.0, 300.0}) {
    FeedbackCheck check;
    int refused = 0;
    double sent = 1000;
    for (int i = 0; i < 72'000; ++i) {  // two hours, in them one without a word
      sent += i == 50'000 ? 3'600'000 : 100;
      const double delay = 15 + sent * ppm * 1e-6;
      if (!check.plausible(std::vector{arrival(static_cast<uint16_t>(i), sent, delay)}, at(sent + 30)))
        ++refused;
    }
    EXPECT_EQ(refused, 0) << ppm;
    const double late = 5000 + sent * ppm * 1e-6;
    EXPECT_FALSE(check.plausible(std::vector{arrival(1, sent, late)}, at(sent + 80))) << ppm;
  }
}

TEST(FeedbackCheck, BelievesAClockThatStaysSet) {
  FeedbackCheck check;
  ASSERT_TRUE(check.plausible(std::vector{arrival(0, 1000, 15)}, at(1080)));
  int refused = 0;
  for (uint16_t i = 1; i < 40; ++i) {
    const double sent = 1000 + 100 * i;
    if (!check.plausible(std::vector{arrival(i, sent, 3'600'000)}, at(sent + 80))) ++refused;
  }
  EXPECT_EQ(refused, 20);
}

}  // namespace
}  // namespace tributary
