#include <gtest/gtest.h>

#include "protocol/sdp_offer.h"

namespace tributary {
namespace {

enum class Verdict { usable, useless, malformed };

Verdict judge(std::string_view line) {
  const auto checked = checkCandidate(line);
  if (!checked) return Verdict::malformed;
  return *checked ? Verdict::usable : Verdict::useless;
}

TEST(SdpCandidate, TakesWhatBrowsersSend) {
  EXPECT_EQ(judge("candidate:1417604635 1 udp 2122194687 192.0.2.2 48022 typ host generation 0 network-id 1"),
            Verdict::usable);
  EXPECT_EQ(judge("candidate:2 1 UDP 1685987327 203.0.113.7 50000 typ srflx raddr 10.0.0.2 rport 40000"),
            Verdict::usable);
  EXPECT_EQ(judge("a=candidate:1393328811 1 udp 2122265343 fd00::2 40061 typ host"), Verdict::usable);
  EXPECT_EQ(*checkCandidate("a=candidate:1 1 udp 1 192.0.2.1 9 typ host").value(),
            "candidate:1 1 udp 1 192.0.2.1 9 typ host");
}

TEST(SdpCandidate, DropsWhatIsOfNoUse) {
  EXPECT_EQ(judge("candidate:0 1 UDP 2122187007 b3fb3e39-e6c7.local 44484 typ host"), Verdict::useless);
  EXPECT_EQ(judge("candidate:716246147 1 tcp 1518214911 192.0.2.2 9 typ host tcptype active"),
            Verdict::useless);
  EXPECT_EQ(judge("candidate:0 2 UDP 2122187006 192.0.2.2 37150 typ host"), Verdict::useless);
  EXPECT_EQ(judge("candidate:0 1 dccp 2122187006 192.0.2.2 37150 typ host"), Verdict::useless);
}

TEST(SdpCandidate, RefusesWhatIsMalformed) {
  for (const char* line :
       {"", "candidate:", "candidate:1 1 udp 1 192.0.2.1 9 typ", "nonsense",
        "candidate:1 1 udp 99999999999 192.0.2.1 9 typ host", "candidate:1 0 udp 1 192.0.2.1 9 typ host",
        "candidate:1 1 udp 1 192.0.2.1 70000 typ host", "candidate:1 1 udp 1 192.0.2.1 9 typ host raddr",
        "candidate:1 1 udp 1 a$b 9 typ host", "candidate:1 1 udp 1 192.0.2.1 9 typ host\r\na=x",
        "candidate:ä 1 udp 1 192.0.2.1 9 typ host"}) {
    EXPECT_EQ(judge(line), Verdict::malformed) << line;
  }
  EXPECT_EQ(judge("candidate:1 1 udp 1 192.0.2.1 9 typ host x " + std::string(600, 'y')), Verdict::malformed);
}

}  // namespace
}  // namespace tributary
