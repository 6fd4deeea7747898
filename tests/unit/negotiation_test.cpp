#include "room/negotiation.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace tributary {
namespace {

PeerOffer negotiated(const std::string& fixture) {
  std::ifstream file(std::string(FIXTURES) + "/" + fixture + ".sdp");
  std::stringstream text;
  text << file.rdbuf();
  const auto offer = parseOffer(text.str());
  EXPECT_TRUE(offer) << offer.error().message;
  const auto answer = negotiate(*offer);
  EXPECT_TRUE(answer) << answer.error().message;
  return *answer;
}

class WithScreen : public testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(OfBrowsers, WithScreen,
                         testing::Values("chromium-audio-video-screen", "firefox-audio-video-screen"));

TEST_P(WithScreen, TheSecondVideoLineIsTheScreensAndNothingGoesOutOnIt) {
  const auto offer = negotiated(GetParam());
  ASSERT_EQ(offer.lines.size(), 3U);
  EXPECT_FALSE(offer.lines[0].screen);
  EXPECT_FALSE(offer.lines[1].screen);
  EXPECT_TRUE(offer.lines[1].send);
  EXPECT_TRUE(offer.lines[2].screen);
  EXPECT_TRUE(offer.lines[2].receive);
  EXPECT_FALSE(offer.lines[2].send);
}

TEST(WithoutScreen, TwoLinesAreAnsweredAsBefore) {
  for (const char* fixture : {"chromium-audio-video", "firefox-audio-video"}) {
    const auto offer = negotiated(fixture);
    ASSERT_EQ(offer.lines.size(), 2U);
    EXPECT_FALSE(offer.lines[1].screen);
    EXPECT_TRUE(offer.lines[1].send);
  }
}

}  // namespace
}  // namespace tributary
