#include "media/udp_segments.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <numeric>
#include <vector>

#include "base/unique_fd.h"

namespace tributary {
namespace {

std::vector<iovec> ofSizes(std::initializer_list<size_t> sizes) {
  static std::array<uint8_t, 2000> bytes{};
  std::vector<iovec> out;
  for (const size_t size : sizes)
    out.push_back({bytes.data(), size});
  return out;
}

TEST(SegmentRun, IsOfOneSizeButForTheLast) {
  EXPECT_EQ(segmentRun(ofSizes({100, 100, 100})), 3U);
  EXPECT_EQ(segmentRun(ofSizes({100, 100, 60, 100})), 3U);
  EXPECT_EQ(segmentRun(ofSizes({100, 120, 120})), 1U);
  EXPECT_EQ(segmentRun(ofSizes({60})), 1U);
}

TEST(SegmentRun, IsWhatTheKernelTakesAtOnce) {
  EXPECT_EQ(segmentRun(std::vector<iovec>(100, ofSizes({100}).front())), 64U);
  EXPECT_EQ(segmentRun(std::vector<iovec>(100, ofSizes({1220}).front())), 53U);
}

/// A socket at a loopback address, and one that sends to it.
class SendSegments : public testing::TestWithParam<int> {
 protected:
  void SetUp() override {
    auto* to = reinterpret_cast<sockaddr_in6*>(&to_);
    to_.ss_family = static_cast<sa_family_t>(GetParam());
    if (GetParam() == AF_INET6) {
      to->sin6_addr = in6addr_loopback;
    } else {
      reinterpret_cast<sockaddr_in*>(&to_)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    }
    socklen_t length = GetParam() == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
    if (bind(there_.get(), reinterpret_cast<sockaddr*>(&to_), length) != 0) GTEST_SKIP() << "no such address";
    ASSERT_EQ(getsockname(there_.get(), reinterpret_cast<sockaddr*>(&to_), &length), 0);
  }

  std::vector<uint8_t> receive() const {
    std::vector<uint8_t> out(2000);
    const ssize_t got = recv(there_.get(), out.data(), out.size(), MSG_DONTWAIT);
    out.resize(got < 0 ? 0 : static_cast<size_t>(got));
    return out;
  }

  UniqueFd there_{socket(GetParam(), SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  UniqueFd here_{socket(GetParam(), SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  sockaddr_storage to_{};
};

TEST_P(SendSegments, EachArrivesAsADatagramOfItsOwnInOrder) {
  std::vector<std::vector<uint8_t>> sent;
  for (const size_t size : {1220, 1220, 1220, 700, 90, 1220, 1220, 1, 1, 1300})
    sent.emplace_back(size, static_cast<uint8_t>(sent.size() + 1));
  std::vector<iovec> datagrams;
  datagrams.reserve(sent.size());
  for (auto& each : sent)
    datagrams.push_back({each.data(), each.size()});
  ASSERT_EQ(sendSegments(here_.get(), to_, datagrams), datagrams.size());
  for (const auto& each : sent)
    EXPECT_EQ(receive(), each);
  EXPECT_TRUE(receive().empty());
}

TEST_P(SendSegments, TellsWhereItCannot) {
  const UniqueFd closed;
  EXPECT_EQ(sendSegments(closed.get(), to_, ofSizes({100, 100})), 0U);
}

INSTANTIATE_TEST_SUITE_P(Families, SendSegments, testing::Values(AF_INET, AF_INET6));

}  // namespace
}  // namespace tributary
