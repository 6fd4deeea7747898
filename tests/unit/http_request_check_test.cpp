#include "http/request_check.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(RequestCheck, ReadsHosts) {
  EXPECT_EQ(hostName("Meet.Example.org:8080"), "meet.example.org");
  EXPECT_EQ(hostName("[::1]:8080"), "::1");
  EXPECT_EQ(hostName("localhost"), "localhost");
  for (const char* wrong : {"", "a b", "x\"y", "[::1", "[::1]x", "[nonsense]", "a;b", ":80"}) {
    EXPECT_FALSE(hostName(wrong)) << wrong;
  }
}

TEST(RequestCheck, TheOwnOriginIsAllowedUnlessOthersAreListed) {
  EXPECT_TRUE(checkOrigin("http://localhost:8080", "localhost:8080", {}));
  EXPECT_TRUE(checkOrigin("https://Meet.example.org", "meet.example.org", {}));
  EXPECT_FALSE(checkOrigin("https://evil.example", "meet.example.org", {}));
  EXPECT_FALSE(checkOrigin("http://localhost:8081", "localhost:8080", {}));
  EXPECT_FALSE(checkOrigin("null", "localhost:8080", {}));
  EXPECT_FALSE(checkOrigin("file://", "", {}));
  EXPECT_TRUE(checkOrigin("https://a.example", "b.example", {"https://a.example"}));
  EXPECT_FALSE(checkOrigin("https://b.example", "b.example", {"https://a.example"}));
}

TEST(RequestCheck, ALocalServerIsForItsOwnMachine) {
  for (const char* right : {"localhost:8080", "127.0.0.1:8080", "[::1]", "x.localhost"}) {
    EXPECT_TRUE(checkLocalHost(right, {})) << right;
  }
  EXPECT_FALSE(checkLocalHost("rebound.example:8080", {}));
  EXPECT_TRUE(checkLocalHost("meet.example.org", {"https://meet.example.org"}));
}

TEST(RequestCheck, OnlyTrustedProxiesSayWhoTheClientIs) {
  const std::vector<std::string> proxies = {"127.0.0.1"};
  EXPECT_EQ(clientAddress("127.0.0.1", "6.6.6.6, 9.8.7.6", proxies), "9.8.7.6");
  EXPECT_EQ(clientAddress("127.0.0.1", "", proxies), "127.0.0.1");
  EXPECT_EQ(clientAddress("127.0.0.1", "nonsense", proxies), "127.0.0.1");
  EXPECT_EQ(clientAddress("5.5.5.5", "9.8.7.6", proxies), "5.5.5.5");
}

TEST(RequestCheck, WhoHasMillionsOfAddressesIsOneClient) {
  EXPECT_EQ(addressGroup("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
  EXPECT_EQ(addressGroup("2001:db8:1:2::ffff"), "2001:db8:1:2::/64");
  EXPECT_NE(addressGroup("2001:db8:1:3::1"), addressGroup("2001:db8:1:2::1"));
  EXPECT_EQ(addressGroup("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(addressGroup("::ffff:192.0.2.7"), "::ffff:192.0.2.7");
}

TEST(RequestCheck, ReadsLists) {
  EXPECT_TRUE(listHas("a, tributary.v1 ,b", "tributary.v1"));
  EXPECT_FALSE(listHas("tributary.v10", "tributary.v1"));
  EXPECT_FALSE(listHas("", "tributary.v1"));
}

}  // namespace
}  // namespace tributary
