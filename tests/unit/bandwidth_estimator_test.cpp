#include "rate/bandwidth_estimator.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/link_simulator.h"

namespace tributary {
namespace {

using test::LinkSimulator;

/// Sends frames of a picture and packets of sound, both at a constant rate.
class Flow {
 public:
  explicit Flow(double start = 10e6, uint32_t seed = 1) : link(seed), estimator(start) {}

  void run(double seconds, double videoBitrate, int framerate = 25) {
    const int64_t end = link.now + static_cast<int64_t>(seconds * 1e9);
    for (; link.now < end; ++ticks_) {
      if (ticks_ % (1000 / framerate) == 0) sendFrame(videoBitrate / framerate / 8);
      if (ticks_ % 20 == 0) link.send(160);
      link.step(estimator);
      const auto estimate = estimator.estimate(link.now);
      if (estimate.congested && congestedAt < 0) congestedAt = link.now;
    }
  }

  LinkSimulator link;
  BandwidthEstimator estimator;
  int64_t congestedAt = -1;

 private:
  void sendFrame(double bytes) {
    for (; bytes > 0; bytes -= 1200)
      link.send(static_cast<uint32_t>(std::min(bytes, 1200.0)) + 60);
  }
  int64_t ticks_ = 0;
};

constexpr double audio = 64'000;

TEST(BandwidthEstimator, AFreeWayIsNeverCongested) {
  Flow flow;
  flow.run(60, 1.5e6);
  EXPECT_EQ(flow.congestedAt, -1);
  EXPECT_EQ(flow.estimator.estimate(flow.link.now).reductions, 0U);
  EXPECT_NEAR(flow.estimator.estimate(flow.link.now).acked, 1.5e6 * 1.05 + audio, 0.1e6);
}

TEST(BandwidthEstimator, PacketsTheFeedbackForgetsAreNotLost) {
  Flow flow;
  flow.link.way = {.delayMs = 30, .jitterMs = 60, .loss = 0.02, .forgets = true};
  flow.link.reports = false;
  for (int i = 0; i < 60; ++i) {
    flow.estimator.onReport(2, 100, flow.link.now);
    flow.run(1, 1.5e6);
  }
  EXPECT_EQ(flow.congestedAt, -1);
  EXPECT_LE(flow.estimator.estimate(flow.link.now).loss, 0.05);
  EXPECT_GT(flow.estimator.estimate(flow.link.now).bitrate, 1.6e6);
}

/// Of 640x360 at 15 fps there are some ten packets of picture in 100 ms, and the first report is late.
TEST(BandwidthEstimator, NorAreTheyOfALittlePictureFromTheFirstSecondOn) {
  Flow flow;
  flow.link.way = {.delayMs = 15, .jitterMs = 30, .loss = 0.05, .forgets = true};
  flow.run(120, 700e3, 15);
  EXPECT_EQ(flow.congestedAt, -1);
}

/// A viewer is there first, with sound and a picture that hardly moves; then somebody comes.
TEST(BandwidthEstimator, LossAndJitterFromTheFirstSecondOnAreNoCongestion) {
  int mistaken = 0;
  constexpr int calls = 1000;
  for (uint32_t call = 1; call <= calls; ++call) {
    Flow flow(10e6, call);
    flow.link.way = {.delayMs = 15, .jitterMs = 30, .loss = 0.05, .forgets = true};
    flow.run(0.1 * (call % 20), 30e3, 15);
    flow.run(10, 700e3, 15);
    if (flow.estimator.estimate(flow.link.now).reductions > 0) ++mistaken;
  }
  EXPECT_EQ(mistaken, 0) << "of " << calls;
}

TEST(BandwidthEstimator, WhoGivesNoReportsIsBelievedAfterAWhile) {
  Flow flow;
  flow.link.reports = false;
  flow.link.way = {.jitterMs = 10, .forgets = true};
  flow.run(6, 1.5e6);
  flow.link.way = {.kbits = 500, .queueMs = 30, .jitterMs = 10, .forgets = true};
  flow.run(3, 1.5e6);
  EXPECT_GE(flow.congestedAt, 0);
}

/// As tributary-load's peers that count the picture's packets at their socket.
TEST(BandwidthEstimator, FeedbackThatReportsContradictIsNotBelieved) {
  BandwidthEstimator estimator(10e6);
  for (uint16_t i = 0; i < 2000; ++i) {
    const int64_t at = i * 10'000'000LL;
    estimator.onPackets(std::vector<PacketFeedback>{{i, 1200, at, at, i % 4 != 0}}, at);
    if (i % 100 == 99) estimator.onReport(0, 50, at);
    EXPECT_FALSE(estimator.estimate(at).congested) << i;
  }
}

/// What is lost without anybody sending much is the way's own, and no reason not to try more.
TEST(BandwidthEstimator, ALossyWayIsGrownIntoOnceItsLossIsKnown) {
  Flow flow;
  flow.link.way = {.kbits = 300, .delayMs = 15, .jitterMs = 30, .loss = 0.05, .forgets = true};
  flow.run(10, 700e3, 15);
  flow.link.way.kbits = 0;
  flow.run(15, 500e3, 15);
  EXPECT_GT(flow.estimator.estimate(flow.link.now).bitrate, 700e3);
}

TEST(BandwidthEstimator, AStallIsNoCongestion) {
  for (const int ms : {200, 500, 900}) {
    Flow flow;
    flow.run(10, 1.5e6);
    flow.link.stalledUntil = flow.link.now + ms * 1'000'000LL;
    flow.run(10, 1.5e6);
    EXPECT_EQ(flow.congestedAt, -1) << ms << " ms";
    EXPECT_GT(flow.estimator.estimate(flow.link.now).bitrate, 1.7e6) << ms << " ms";
  }
}

TEST(BandwidthEstimator, SoundAloneThatIsLateNowAndThenIsNoCongestion) {
  Flow flow(2e6);
  flow.run(3, 0);
  for (int time = 0; time < 10; ++time) {
    for (const double late : {30., 60., 90., 120., 140., 140., 90., 40., 0.}) {
      flow.link.way.delayMs = 20 + late;
      flow.run(0.06, 0);
    }
    flow.run(1, 0);
  }
  EXPECT_EQ(flow.congestedAt, -1);
  EXPECT_EQ(flow.estimator.estimate(flow.link.now).reductions, 0U);
}

TEST(BandwidthEstimator, LossOfSoundAloneDoesNotTellWhatAPictureGets) {
  Flow flow;
  flow.link.way = {.loss = 0.2};
  flow.run(8, 0);
  EXPECT_GT(flow.estimator.estimate(flow.link.now).bitrate, 1.7e6);
}

TEST(BandwidthEstimator, SoundAloneFillsAWayThatIsThinner) {
  Flow flow(2e6);
  flow.run(3, 0);
  flow.link.way.kbits = 45;
  flow.run(4, 0);
  EXPECT_GE(flow.congestedAt, 0);
  EXPECT_LT(flow.estimator.estimate(flow.link.now).bitrate, 60e3);
}

TEST(BandwidthEstimator, AWayThatNearlyEndsIsCongestedThoughPacketsPause) {
  Flow flow;
  flow.run(10, 1.5e6);
  const int64_t cut = flow.link.now;
  flow.link.way.kbits = 60;
  flow.run(3, 1.5e6);
  ASSERT_GE(flow.congestedAt, 0);
  EXPECT_LT(flow.congestedAt - cut, 1'500'000'000);
}

TEST(BandwidthEstimator, JitterAndRandomLossAreNoCongestion) {
  Flow flow;
  flow.link.way = {.delayMs = 30, .jitterMs = 30, .loss = 0.05};
  flow.run(120, 1.5e6);
  EXPECT_EQ(flow.congestedAt, -1);
  const auto estimate = flow.estimator.estimate(flow.link.now);
  EXPECT_NEAR(estimate.loss, 0.05, 0.04);
  EXPECT_GT(estimate.bitrate, 1.6e6);
}

TEST(BandwidthEstimator, ACutLinkIsNoticedAtOnceAndMeasured) {
  Flow flow;
  flow.run(5, 1.5e6);
  flow.link.way.kbits = 500;
  const int64_t cut = flow.link.now;
  flow.run(2, 1.5e6);
  ASSERT_GE(flow.congestedAt, cut);
  EXPECT_LE(flow.congestedAt - cut, 600'000'000);
  EXPECT_NEAR(flow.estimator.estimate(flow.link.now).bitrate, 475e3, 40e3);
}

TEST(BandwidthEstimator, ALinkWithoutAQueueTellsByLoss) {
  Flow flow;
  flow.link.reports = false;  // with those of each second it takes as long as the next one does
  flow.run(5, 1.5e6);
  flow.link.way = {.kbits = 500, .queueMs = 30};
  const int64_t cut = flow.link.now;
  flow.run(3, 1.5e6);
  ASSERT_GE(flow.congestedAt, cut);
  EXPECT_LE(flow.congestedAt - cut, 1'000'000'000);
  EXPECT_LT(flow.estimator.estimate(flow.link.now).bitrate, 550e3);
}

/// The first guess is far beyond what is sent: that little gets through proves nothing about the way.
TEST(BandwidthEstimator, LossThatCreepsUpIsNotTakenForTheWaysOwn) {
  Flow flow;
  for (int percent = 0; percent <= 24; ++percent) {
    flow.link.way = {.delayMs = 15, .loss = percent / 100.0};
    flow.run(1, 1.5e6);
  }
  EXPECT_GE(flow.congestedAt, 0);
}

TEST(BandwidthEstimator, GrowsNoFurtherThanHalfAboveWhatArrives) {
  Flow flow(100e3);
  flow.run(30, 350e3, 15);
  const double arrives = 350e3 * 1.06 + audio;
  EXPECT_NEAR(flow.estimator.estimate(flow.link.now).bitrate, 1.5 * arrives, 0.15 * arrives);
}

TEST(BandwidthEstimator, QueuesThatDrainEndTheCongestion) {
  Flow flow;
  flow.run(5, 1.5e6);
  flow.link.way.kbits = 500;
  flow.run(1, 1.5e6);
  flow.run(4, 300e3, 15);
  const auto estimate = flow.estimator.estimate(flow.link.now);
  EXPECT_FALSE(estimate.congested);
  EXPECT_LT(estimate.queueMs, 50);
  EXPECT_LT(estimate.loss, 0.02);
}

TEST(BandwidthEstimator, ALatePacketIsNotLost) {
  BandwidthEstimator estimator(1e6);
  estimator.onReport(40, 150, 900'000'000);
  const auto one = [](uint16_t sequence, int64_t ms) {
    return std::vector<PacketFeedback>{{sequence, 1200, ms * 1'000'000, ms * 1'000'000}};
  };
  std::vector<PacketFeedback> first;
  for (uint16_t i = 0; i < 80; ++i)
    first.push_back({i, 1200, i * 1'000'000, i * 1'000'000, i % 4 == 0});
  estimator.onPackets(first, 1'000'000'000);
  EXPECT_EQ(estimator.estimate(1'000'000'000).loss, 0) << "not yet";
  estimator.onPackets(one(200, 100), 1'090'000'000);
  EXPECT_EQ(estimator.estimate(1'090'000'000).loss, 0) << "of too few";
  first.resize(120);
  for (uint16_t i = 80; i < 120; ++i)
    first[i] = {i, 1200, i * 1'000'000, i * 1'000'000, i % 4 == 0};
  estimator.onPackets(std::span(first).subspan(80), 1'095'000'000);
  estimator.onPackets(one(201, 130), 1'200'000'000);
  EXPECT_NEAR(estimator.estimate(1'200'000'000).loss, 0.25, 0.01);
  std::vector<PacketFeedback> late;
  for (uint16_t i = 0; i < 120; i += 4)
    late.push_back({i, 1200, i * 1'000'000, i * 1'000'000 + 90'000'000, false});
  estimator.onPackets(late, 1'250'000'000);
  EXPECT_EQ(estimator.estimate(1'250'000'000).loss, 0);
}

/// Jitter makes some receivers call packets lost that are late.
TEST(BandwidthEstimator, OneReportOfFewPacketsIsNotBelievedWhole) {
  BandwidthEstimator estimator(1e6);
  const auto tell = [&estimator](uint16_t from, int64_t ms) {
    std::vector<PacketFeedback> packets;
    for (uint16_t i = 0; i < 120; ++i) {
      const int64_t jitter = i % 2 == 0 ? 5 : 0;
      packets.push_back({static_cast<uint16_t>(from + i), 1200, (ms + i) * 1'000'000,
                         (ms + i + jitter) * 1'000'000, i % 4 == 1});
    }
    estimator.onPackets(packets, (ms + 120) * 1'000'000);
    const auto later = (ms + 250) * 1'000'000;
    estimator.onPackets(std::vector<PacketFeedback>{{static_cast<uint16_t>(from + 120), 1200, later, later}},
                        later);
    return estimator.estimate(later);
  };
  estimator.onReport(25, 100, 800'000'000);
  EXPECT_FALSE(estimator.estimate(800'000'000).congested);
  estimator = BandwidthEstimator(1e6);
  EXPECT_FALSE(tell(0, 600).congested) << "no report yet";
  estimator.onReport(1, 7, 900'000'000);
  const auto early = tell(200, 1000);
  EXPECT_LT(early.loss, 0.1);
  EXPECT_FALSE(early.congested);
  EXPECT_EQ(early.reductions, 0U);
  for (int64_t ms = 1300; ms < 2300; ms += 100)
    estimator.onReport(10, 40, ms * 1'000'000);
  const auto known = tell(400, 2300);
  EXPECT_TRUE(known.congested);
}

TEST(BandwidthEstimator, AFloodOfReportsIsAddedUp) {
  BandwidthEstimator estimator(10e6);
  estimator.setSent(1.6e6);
  for (int64_t i = 0; i < 300'000; ++i)
    estimator.onReport(1, 2, 1'000'000'000 + i * 10'000);
  EXPECT_NEAR(estimator.estimate(4'000'000'000).loss, 0.5, 0.001);
}

/// Arrivals are told in the receiver's time, which is whatever it says.
TEST(BandwidthEstimator, AReceiverWhoseTimeStandsStillIsNotRememberedForEver) {
  BandwidthEstimator estimator(10e6);
  uint16_t sequence = 0;
  const auto tell = [&](int from, int to) {
    for (int64_t tick = from; tick < to; ++tick) {
      const int64_t now = tick * 100'000'000;
      std::vector<PacketFeedback> packets;
      for (int i = 0; i < 50; ++i)
        packets.push_back({sequence++, 1200, now, 0});
      estimator.onPackets(packets, now);
    }
    return estimator.estimate(to * int64_t{100'000'000}).acked;
  };
  const double soon = tell(1, 40);
  EXPECT_GT(soon, 0);
  EXPECT_LE(tell(40, 600), soon);
}

TEST(BandwidthEstimator, NorIsAFloodOfArrivals) {
  BandwidthEstimator estimator(10e6);
  std::vector<PacketFeedback> packets;
  for (int i = 0; i < 50'000; ++i)
    packets.push_back({static_cast<uint16_t>(i), 1200, 0, 0});
  estimator.onPackets(packets, 1'000'000);
  EXPECT_LE(estimator.estimate(1'000'000).acked, 4096 * 1200 * 8 / 0.25);
}

TEST(BandwidthEstimator, WithoutTransportFeedbackTheReceiversOwnEstimateCounts) {
  BandwidthEstimator estimator(10e6);
  EXPECT_EQ(estimator.estimate(0).source, BandwidthEstimate::Source::none);
  estimator.setSent(1.6e6);
  estimator.onRemb(2e6, 1'000'000'000);
  EXPECT_EQ(estimator.estimate(1'000'000'000).bitrate, 2e6);
  EXPECT_FALSE(estimator.estimate(1'000'000'000).congested);
  estimator.onRemb(500e3, 2'000'000'000);
  const auto estimate = estimator.estimate(2'000'000'000);
  EXPECT_EQ(estimate.source, BandwidthEstimate::Source::remb);
  EXPECT_EQ(estimate.bitrate, 500e3);
  EXPECT_TRUE(estimate.congested);
}

TEST(BandwidthEstimator, ReceiverReportsAloneLowerByLossAndRaiseSlowly) {
  BandwidthEstimator estimator(10e6);
  estimator.setSent(1.6e6);
  for (int64_t i = 1; i <= 5; ++i)
    estimator.onReport(40, 100, i * 1'000'000'000);
  auto estimate = estimator.estimate(5'000'000'000);
  EXPECT_EQ(estimate.source, BandwidthEstimate::Source::reports);
  EXPECT_TRUE(estimate.congested);
  EXPECT_LT(estimate.bitrate, 1.2e6);
  for (int64_t i = 6; i <= 9; ++i)
    estimator.onReport(0, 100, i * 1'000'000'000);
  estimate = estimator.estimate(9'000'000'000);
  EXPECT_FALSE(estimate.congested);
  const double then = estimate.bitrate;
  for (int64_t i = 10; i <= 13; ++i)
    estimator.onReport(0, 100, i * 1'000'000'000);
  EXPECT_NEAR(estimator.estimate(13'000'000'000).bitrate, then * std::pow(1.08, 4), 0.02 * then);
}

TEST(DelayTrend, ComparesGroupsOfPacketsAndNotPackets) {
  DelayTrend trend;
  // A frame's six packets leave at once and arrive a millisecond apart: no delay grows.
  for (int64_t frame = 0; frame < 200; ++frame) {
    for (int64_t i = 0; i < 6; ++i)
      trend.packet(frame * 40'000'000 + i * 10'000, frame * 40'000'000 + i * 1'000'000);
    EXPECT_EQ(trend.usage(), DelayTrend::Usage::normal);
  }
  EXPECT_NEAR(trend.trend(), 0, 0.001);
}

TEST(DelayTrend, GrowingAndShrinkingDelay) {
  DelayTrend trend;
  int64_t arrival = 0;
  const auto run = [&](int64_t from, int64_t to, int64_t apart) {
    for (int64_t i = from; i < to; ++i)
      trend.packet(i * 20'000'000, arrival += apart);
  };
  run(0, 50, 20'000'000);
  EXPECT_EQ(trend.usage(), DelayTrend::Usage::normal);
  run(50, 80, 22'000'000);  // 10% too much
  EXPECT_EQ(trend.usage(), DelayTrend::Usage::over);
  run(80, 140, 18'000'000);
  EXPECT_EQ(trend.usage(), DelayTrend::Usage::under);
}

}  // namespace
}  // namespace tributary
