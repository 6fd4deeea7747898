#include "room/rate_controller.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/link_simulator.h"

namespace tributary {
namespace {

using test::LinkSimulator;
using Move = RateController::Decision::Move;

RateSettings settings() {
  return {.ladder = {{"720p", 720, 25, 1'500'000}, {"540p", 540, 25, 800'000}, {"360p", 360, 15, 350'000}},
          .still = "still"};
}

/// A viewer of shared renditions behind a simulated way: the real estimator and the real controller.
class Call {
 public:
  void run(double seconds) {
    const int64_t end = link.now + static_cast<int64_t>(seconds * 1e9);
    for (; link.now < end; ++ticks_) {
      if (ticks_ % 100 == 0) decide();
      sendVideo();
      if (ticks_ % 20 == 0) link.send(160);
      if (padTo_ > 0 && ticks_ % 20 == 0) pad();
      link.step(estimator);
    }
  }

  double since(int64_t moment) const { return static_cast<double>(link.now - moment) * 1e-9; }
  /// Seconds from now until that rung is reached; −1 when it is not within `most`.
  double reaches(const std::string& wanted, double most) {
    const int64_t from = link.now;
    while (rung != wanted) {
      run(0.1);
      if (since(from) > most) return -1;
    }
    return since(from);
  }

  LinkSimulator link;
  BandwidthEstimator estimator{10e6};
  RateController controller{settings()};
  RateCaps caps;
  bool canPad = true;
  double share = 1;  ///< of its target that an encoder uses
  std::string rung;
  int moves = 0;
  int urgent = 0;

 private:
  void decide() {
    const double video = share * target() * 1.05;
    const auto out = controller.decide("a", caps, {estimator.estimate(link.now), video, canPad}, link.now);
    if (out.rung != rung && !rung.empty()) ++moves;
    if (out.rung != rung) keyDue_ = true;
    if (out.urgent) ++urgent;
    rung = out.rung;
    padTo_ = out.padTo;
  }
  double target() const {
    return rung == "720p" ? 1.5e6 : rung == "540p" ? 800e3 : rung == "360p" ? 350e3 : 0;
  }
  void sendVideo() {
    const int interval = rung == "360p" ? 66 : 40;
    if (target() == 0 || ticks_ % interval != 0) return;
    double bytes = share * target() / 8 * interval / 1000;
    if (keyDue_) bytes *= 4;
    keyDue_ = false;
    for (; bytes > 0; bytes -= 1140)
      link.send(static_cast<uint32_t>(std::min(bytes, 1140.0)) + 60);
  }
  void pad() {
    const double sent = share * target() * 1.05 + 64e3;
    owed_ += std::max(0.0, padTo_ - sent) / 8 / 50;
    for (; owed_ > 1200; owed_ -= 1200)
      link.send(1200);
  }

  int64_t ticks_ = 0;
  double padTo_ = 0;
  double owed_ = 0;
  bool keyDue_ = true;
};

TEST(RateController, EverybodyBeginsWithTheFirstRungAndStaysOnAFreeWay) {
  Call call;
  call.run(60);
  EXPECT_EQ(call.rung, "720p");
  EXPECT_EQ(call.moves, 0);
}

TEST(RateController, JitterAndRandomLossMoveNobody) {
  Call call;
  call.link.way = {.delayMs = 40, .jitterMs = 30, .loss = 0.05};
  call.run(300);
  EXPECT_EQ(call.rung, "720p");
  EXPECT_EQ(call.moves, 0);
}

/// The receiver's feedback calls lost what is late (GStreamer's).
TEST(RateController, ALossyWayIsLeftForAWhileOnlyWhenItIsCut) {
  Call call;
  call.link.way = {.delayMs = 15, .jitterMs = 30, .loss = 0.05, .forgets = true};
  call.run(120);
  EXPECT_EQ(call.moves, 0);
  call.link.way.kbits = 500;
  EXPECT_GE(call.reaches("360p", 3), 0);
  call.run(20);
  call.link.way.kbits = 0;
  const double up = call.reaches("720p", 30);
  std::printf("up after %.1f s\n", up);
  EXPECT_GE(up, 0);
}

TEST(RateController, ACutTo500BringsTheLowRungWithinASecondAndItsReturnTheFirstWithinFifteen) {
  for (const double lasts : {10.0, 30.0, 61.7, 120.0}) {
    Call call;
    call.run(5);
    call.link.way.kbits = 500;
    const double down = call.reaches("360p", 2);
    EXPECT_GE(down, 0);
    EXPECT_LE(down, 1);
    EXPECT_GE(call.urgent, 1) << "what was under way would only have been lost";
    call.run(lasts);
    EXPECT_EQ(call.rung, "360p");
    EXPECT_EQ(call.moves, 1) << "it fits, and nothing else does";
    call.link.way.kbits = 0;
    const double up = call.reaches("720p", 15);
    EXPECT_GE(up, 0);
    std::printf("cut for %.1f s: down after %.1f s, up after %.1f s\n", lasts, down, up);
    EXPECT_EQ(call.moves, 3);
  }
}

TEST(RateController, ProbesOfANarrowLinkDoNoHarm) {
  Call call;
  call.link.way.kbits = 500;
  call.run(10);
  ASSERT_EQ(call.rung, "360p");
  const uint64_t dropped = call.link.dropped;
  double worst = 0;
  for (int i = 0; i < 3000; ++i) {
    call.run(0.1);
    worst = std::max(worst, call.link.queueMs());
  }
  EXPECT_EQ(call.link.dropped, dropped);
  EXPECT_LT(worst, 250);
  EXPECT_EQ(call.rung, "360p");
}

TEST(RateController, ALinkBetweenTwoRungsDoesNotMakeItMoveToAndFro) {
  for (const double kbits : {1000.0, 1300.0, 1600.0}) {
    Call call;
    call.link.way.kbits = kbits;
    call.run(20);
    const int before = call.moves;
    call.run(600);
    EXPECT_EQ(call.rung, "540p") << kbits;
    EXPECT_LE(call.moves - before, 20) << kbits << ": ten minutes";
  }
}

TEST(RateController, ALinkForSoundAloneGetsStills) {
  Call call;
  call.run(3);
  call.link.way.kbits = 120;
  EXPECT_GE(call.reaches("still", 5), 0);
  call.run(60);
  EXPECT_EQ(call.rung, "still");
  EXPECT_FALSE(call.estimator.estimate(call.link.now).congested);
  call.link.way.kbits = 0;
  EXPECT_GE(call.reaches("720p", 20), 0);
}

TEST(RateController, StillScenesAreNotTakenForTheirEncodersTarget) {
  Call call;
  call.share = 0.4;
  call.run(10);
  call.link.way.kbits = 450;
  EXPECT_GE(call.reaches("540p", 3), 0) << "320 kbit/s of it fit";
}

TEST(RateController, ReceiversWithoutTransportFeedbackAreTriedNowAndThen) {
  RateController controller(settings());
  BandwidthEstimate poor{.source = BandwidthEstimate::Source::reports,
                         .bitrate = 600e3,
                         .loss = 0.2,
                         .reductions = 1,
                         .congested = true};
  controller.decide("a", {}, {}, 0);
  int64_t now = 10'000'000'000;
  EXPECT_EQ(controller.decide("a", {}, {poor, 1.5e6, true}, now).rung, "360p");
  poor = {.source = BandwidthEstimate::Source::reports, .bitrate = 600e3, .reductions = 1};
  std::string rung;
  for (int i = 0; i < 200; ++i) {
    const auto out = controller.decide("a", {}, {poor, 350e3, true}, now += 100'000'000);
    EXPECT_EQ(out.padTo, 0) << "nobody would say what became of it";
    rung = out.rung;
  }
  EXPECT_EQ(rung, "540p");
}

TEST(RateController, TheClientsOwnLimitsCap) {
  RateController controller(settings());
  const auto rung = [&](RateCaps caps) { return controller.decide("a", caps, {}, 0).rung; };
  EXPECT_EQ(rung({}), "720p");
  EXPECT_EQ(rung({.maxHeight = 540}), "540p");
  EXPECT_EQ(rung({.maxHeight = 700}), "540p");
  EXPECT_EQ(rung({.maxHeight = 200}), "360p") << "the smallest there is";
  EXPECT_EQ(rung({.maxFramerate = 15}), "360p");
  EXPECT_EQ(rung({.maxBitrate = 900'000}), "540p");
  EXPECT_EQ(rung({.maxBitrate = 100'000}), "still") << "there is no picture as cheap";
  EXPECT_EQ(rung({.maxHeight = 720, .maxFramerate = 30, .maxBitrate = 400'000}), "360p");
  EXPECT_EQ(rung({}), "720p") << "and back at once";
}

TEST(RateController, WithoutAdaptingOnlyTheClientDecides) {
  RateSettings fixed = settings();
  fixed.adapt = false;
  RateController controller(fixed);
  const BandwidthEstimate bad{
      .source = BandwidthEstimate::Source::transportCc, .bitrate = 100e3, .congested = true};
  EXPECT_EQ(controller.decide("a", {}, {bad, 0, true}, 0).rung, "720p");
  EXPECT_EQ(controller.decide("a", {}, {bad, 0, true}, 9'000'000'000).rung, "720p");
  EXPECT_EQ(controller.decide("a", {.maxBitrate = 400e3}, {bad, 0, true}, 9'000'000'000).rung, "360p");
}

RateController::View viewOf(double bitrate, bool congested) {
  RateController::View out;
  out.estimate.source = BandwidthEstimate::Source::transportCc;
  out.estimate.bitrate = bitrate;
  out.estimate.congested = congested;
  out.canPad = true;
  return out;
}

TEST(RateController, ANewConnectionKeepsItsRungWhateverTheClientAskedFor) {
  for (const RateCaps caps : {RateCaps{}, RateCaps{.maxHeight = 720}}) {
    RateController controller(settings());
    controller.decide("a", caps, viewOf(10e6, false), 1'000'000'000);
    const auto down = controller.decide("a", caps, viewOf(600e3, true), 2'000'000'000);
    ASSERT_EQ(down.rung, "360p");
    controller.restart("a");
    EXPECT_EQ(controller.decide("a", caps, {}, 3'000'000'000).rung, "360p") << caps.maxHeight;
  }
}

/// What they share was thin for a moment: were they to probe at once, it would be again.
TEST(RateController, ViewersWhomTheSameBefellDoNotProbeInStep) {
  constexpr int64_t ms = 1'000'000;
  RateController controller(settings());
  std::vector<double> began;
  for (int i = 0; i < 100; ++i) {
    const std::string id = "p_" + std::to_string(i);
    controller.decide(id, {}, viewOf(10e6, false), 1000 * ms);
    ASSERT_EQ(controller.decide(id, {}, viewOf(900e3, true), 2000 * ms).move, Move::down);
    int64_t now = 2100 * ms;
    while (now < 9000 * ms && !controller.decide(id, {}, viewOf(900e3, false), now).probeBegins)
      now += 10 * ms;
    began.push_back(static_cast<double>(now / ms - 2000));
  }
  const auto [first, last] = std::ranges::minmax(began);
  EXPECT_GE(first, 1400);
  EXPECT_LT(first, 1500);
  EXPECT_GT(last, 2500);
  EXPECT_LE(last, 2610);
  for (double at = 1400; at < 2600; at += 200) {
    const auto near = std::ranges::count_if(began, [at](double one) { return one >= at && one < at + 200; });
    EXPECT_GE(near, 5) << at;
    EXPECT_LE(near, 35) << at;
  }
}

TEST(RateController, WhoWantsNoPictureIsNotMovedAndHasAPlaceByTheirWayWhenTheyDo) {
  RateController controller(settings());
  controller.decide("a", {}, viewOf(10e6, false), 1'000'000'000);
  ASSERT_EQ(controller.decide("a", {}, viewOf(100e3, true), 2'000'000'000).rung, "360p");
  ASSERT_EQ(controller.limited(), 1);
  for (int64_t second = 3; second < 60; ++second) {
    auto view = viewOf(second < 30 ? 50e3 : 900e3, second < 30);
    view.audioOnly = true;
    const auto out = controller.decide("a", {}, view, second * 1'000'000'000);
    ASSERT_EQ(out.move, Move::none) << second;
    ASSERT_EQ(out.padTo, 0) << second;
  }
  EXPECT_EQ(controller.limited(), 0);
  EXPECT_EQ(controller.decide("a", {}, viewOf(900e3, false), 60'000'000'000).rung, "360p");
}

TEST(RateController, AnotherLadderTakesEffectAtOnce) {
  RateController controller(settings());
  EXPECT_EQ(controller.decide("a", {}, {}, 0).rung, "720p");
  RateSettings other = settings();
  other.ladder = {{"1080p", 1080, 25, 3'000'000}, {"360p", 360, 15, 350'000}};
  controller.reconfigure(other);
  EXPECT_EQ(controller.decide("a", {}, {}, 1).rung, "1080p");
}

}  // namespace
}  // namespace tributary
