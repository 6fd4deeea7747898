// Paths and ranges, as they come on the wire.
#include <gtest/gtest.h>

#include "http/byte_range.h"
#include "http/router.h"

namespace tributary::http {
namespace {

Router sample() {
  Router router;
  for (const char* method : {"GET", "DELETE"})
    router.add({method, "/v1/rooms/{room}", nullptr, nullptr});
  router.add({"GET", "/v1/rooms/{room}/participants/{identity}", nullptr, nullptr});
  router.add({"GET", "/v1/rooms", nullptr, nullptr});
  return router;
}

std::string roomOf(const std::string& path) {
  const auto match = sample().find("GET", path);
  return match && match->route != nullptr ? match->parameters.at("room") : "no match";
}

TEST(Router, DecodesEachSegmentByItself) {
  EXPECT_EQ(roomOf("/v1/rooms/demo"), "demo");
  EXPECT_EQ(roomOf("/v1/rooms/a%20b"), "a b");
  EXPECT_EQ(roomOf("/v1/rooms/%C3%A4"), "ä");
  EXPECT_EQ(roomOf("/v1/rooms/%2e%2e"), "..");  // a name like any other: the handler's rule refuses it
  const auto match = sample().find("GET", "/v1/rooms/demo/participants/p_1");
  ASSERT_TRUE(match);
  EXPECT_EQ(match->parameters.at("identity"), "p_1");
}

TEST(Router, FindsNothingBehindBrokenPaths) {
  for (const char* path :
       {"", "v1/rooms", "/v1/rooms/", "/v1/rooms//", "/v1//rooms", "/v1/rooms/a%2Fb", "/v1/rooms/a%00",
        "/v1/rooms/%", "/v1/rooms/%zz", "/v1/rooms/%ff", "/v1/rooms/a/b", "/V1/rooms/a"}) {
    EXPECT_FALSE(sample().find("GET", path)) << path;
  }
}

TEST(Router, KnowsTheMethodsOfAPath) {
  EXPECT_NE(sample().find("HEAD", "/v1/rooms")->route, nullptr);
  const auto match = sample().find("PUT", "/v1/rooms/demo");
  ASSERT_TRUE(match);
  EXPECT_EQ(match->route, nullptr);
  EXPECT_EQ(match->allowed, (std::vector<std::string>{"GET", "HEAD", "DELETE"}));
}

struct RangeCase {
  const char* header;
  RangeOutcome outcome;
  ByteRange range;
};

TEST(ByteRange, ReadsOneRange) {
  const RangeCase cases[] = {
      {"bytes=0-3", RangeOutcome::part, {0, 3}},     {"bytes=4-", RangeOutcome::part, {4, 9}},
      {"bytes=4-99", RangeOutcome::part, {4, 9}},    {"bytes=-3", RangeOutcome::part, {7, 9}},
      {"bytes=-99", RangeOutcome::part, {0, 9}},     {"bytes=10-", RangeOutcome::unsatisfiable, {}},
      {"bytes=-0", RangeOutcome::unsatisfiable, {}}, {"", RangeOutcome::whole, {}},
      {"bytes=3-1", RangeOutcome::whole, {}},        {"bytes=a-b", RangeOutcome::whole, {}},
      {"bytes=1-2,4-5", RangeOutcome::whole, {}},    {"bytes=-", RangeOutcome::whole, {}},
      {"bytes=+1-2", RangeOutcome::whole, {}},       {"bytes=99999999999999999999-", RangeOutcome::whole, {}},
      {"lines=1-2", RangeOutcome::whole, {}},
  };
  for (const auto& one : cases) {
    ByteRange range;
    EXPECT_EQ(parseRange(one.header, 10, range), one.outcome) << one.header;
    EXPECT_EQ(range, one.range) << one.header;
  }
  ByteRange range;
  EXPECT_EQ(parseRange("bytes=0-", 0, range), RangeOutcome::unsatisfiable);
}

}  // namespace
}  // namespace tributary::http
