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

TEST(H264, WhatIsNoHexadecimalProfileIsNoFormatOfOurs) {
  std::ifstream file(FIXTURES "/chromium-audio-video.sdp");
  std::stringstream read;
  read << file.rdbuf();
  const std::string whole = read.str();
  const auto codecs = [&whole](const std::string& profile) {
    std::string text = whole;
    const std::string now = "level-id=1;" + profile;
    for (size_t at = text.find("profile-level-id="); at != std::string::npos;
         at = text.find("profile-level-id=", at + now.size()))
      text.replace(at, 23, now);
    for (const char* other : {"VP8/90000", "VP9/90000"}) {
      for (size_t at = text.find(other); at != std::string::npos; at = text.find(other))
        text.replace(at, 9, "H266/90000");
    }
    return parseOffer(text);
  };
  const auto right = codecs("profile-level-id=42e01f");
  ASSERT_TRUE(right) << right.error().message;
  EXPECT_TRUE(negotiate(*right));
  for (const char* profile : {"profile-level-id=42zz1f",
                              "profile-level-id=42\xff\xff"
                              "1f",
                              "profile-level-id=42-11f", "profile-level-id=421", "profile-level-id=42001f"}) {
    const auto offer = codecs(profile);
    if (!offer) continue;
    const auto answer = negotiate(*offer);
    ASSERT_FALSE(answer) << profile;
    EXPECT_EQ(answer.error().code, ErrorCode::unsupportedCodec) << profile;
  }
}

}  // namespace
}  // namespace tributary
