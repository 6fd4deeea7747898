// What people are told of who talks, under real peers.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "server_process.h"
#include "signalling_client.h"

namespace tributary::test {
namespace {

std::vector<std::string> toldSpeakers(const std::vector<Json>& messages) {
  std::vector<std::string> out;
  for (const auto& message : messages) {
    if (message["type"].stringOr("") == "activeSpeakers") out.push_back(message["identities"].dump());
  }
  return out;
}

Json joinedOf(const SignallingClient& client) {
  for (const auto& message : client.messages()) {
    if (message["type"].stringOr("") == "joined") return message;
  }
  return {};
}

TEST(Speakers, WhoJoinsLaterKnowsThemAndNobodyIsToldTwice) {
  ServerProcess server("{}");
  const auto talker = SignallingClient::create(server.url());
  talker->join("demo", "Talker");
  talker->call({});
  ASSERT_TRUE(waitFor([&] { return !toldSpeakers(talker->messages()).empty(); }, 120)) << server.log();
  EXPECT_EQ(joinedOf(*talker)["activeSpeakers"].dump(), "[]");
  const std::string talks = "[" + joinedOf(*talker)["participant"]["identity"].dump() + "]";
  EXPECT_EQ(toldSpeakers(talker->messages()).back(), talks);

  const auto later = SignallingClient::create(server.url());
  later->join("demo", "Later");
  ASSERT_TRUE(waitFor([&] { return later->joined(); }, 60));
  EXPECT_EQ(joinedOf(*later)["activeSpeakers"].dump(), toldSpeakers(talker->messages()).back());
  ASSERT_TRUE(waitFor([&] { return talker->peer()->video().frames > 100; }, 120));
  const auto told = toldSpeakers(talker->messages());
  EXPECT_EQ(std::ranges::adjacent_find(told), told.end()) << testing::PrintToString(told);
}

}  // namespace
}  // namespace tributary::test
