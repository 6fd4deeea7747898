#include "media/resend_wait.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(ResendWait, StaysWhereItBeganWhileNothingIsLostAndThenComesDown) {
  ResendWait wait(60);
  for (int i = 0; i < 4; ++i)
    EXPECT_EQ(wait.update({.jitterMs = 5}), 60);
  for (int i = 0; i < 60; ++i)
    wait.update({.jitterMs = 5});
  EXPECT_EQ(wait.current(), ResendWait::least);
}

TEST(ResendWait, GrowsToWhatRetransmissionsTake) {
  ResendWait wait(60);
  ResendWait::Reading reading{.asked = 5, .roundTripMs = 60, .jitterMs = 10};
  EXPECT_EQ(wait.update(reading), 150);
}

TEST(ResendWait, GrowsWhilePacketsComeTooLateAndIsBounded) {
  ResendWait wait(20);
  ResendWait::Reading reading;
  for (int i = 0; i < 10; ++i) {
    ++reading.late;
    wait.update(reading);
  }
  EXPECT_EQ(wait.current(), ResendWait::most);
}

TEST(ResendWait, ComesBackDownWhenTheWayIsGoodAgain) {
  ResendWait wait(20);
  ResendWait::Reading reading{.lost = 3, .asked = 10, .roundTripMs = 150, .jitterMs = 20};
  EXPECT_EQ(wait.update(reading), ResendWait::most);
  int seconds = 0;
  for (; wait.current() > ResendWait::least && seconds < 100; ++seconds)
    wait.update(reading);
  EXPECT_LE(seconds, 45);
  EXPECT_GE(seconds, 20) << "not at the first quiet moment";
}

TEST(ResendWait, IsWorthOneTryEvenAfterACalmWhile) {
  ResendWait wait(200);
  for (int i = 0; i < 100; ++i)
    wait.update({.jitterMs = 5, .pathMs = 50});
  EXPECT_EQ(wait.current(), 70);
}

TEST(ResendWait, BoundsWhatItIsGiven) {
  EXPECT_EQ(ResendWait(5).current(), 20);
  EXPECT_EQ(ResendWait(1000).current(), 200);
}

}  // namespace
}  // namespace tributary
