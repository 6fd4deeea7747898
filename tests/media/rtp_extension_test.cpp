#include "media/rtp_extension.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace tributary {
namespace {

std::vector<uint8_t> packetWith(std::vector<uint8_t> block) {
  std::vector<uint8_t> out = {0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
  out.insert(out.end(), block.begin(), block.end());
  return out;
}

TEST(RtpExtension, IsFoundInEitherForm) {
  const auto one = packetWith({0xbe, 0xde, 0, 2, 0x10, 0x7f, 0, 0x31, 0xab, 0xcd, 0, 0});
  EXPECT_EQ(findExtension(one, 1, 1), 17U);
  EXPECT_EQ(findExtension(one, 3, 2), 20U) << "behind padding";
  EXPECT_EQ(findExtension(one, 1, 2), std::nullopt) << "too short";
  EXPECT_EQ(findExtension(one, 2, 1), std::nullopt);
  const auto two = packetWith({0x10, 0, 0, 2, 20, 0, 3, 2, 0xab, 0xcd, 0, 0});
  EXPECT_EQ(findExtension(two, 3, 2), 20U);
  EXPECT_EQ(findExtension(two, 20, 1), std::nullopt) << "empty";
}

TEST(RtpExtension, BehindContributingSources) {
  auto packet = packetWith({1, 2, 3, 4, 5, 6, 7, 8, 0xbe, 0xde, 0, 1, 0x51, 9, 9, 0});
  packet[0] |= 2;
  EXPECT_EQ(findExtension(packet, 5, 2), 25U);
}

TEST(RtpExtension, IsNeverFoundBeyondThePacket) {
  std::mt19937 random(11);
  for (int i = 0; i < 200'000; ++i) {
    auto packet = packetWith({0xbe, 0xde, 0, 3});
    if (random() % 4 == 0) packet = packetWith({0x10, 0, 0, 3});
    for (size_t n = random() % 16; n > 0; --n)
      packet.push_back(static_cast<uint8_t>(random()));
    packet[0] = static_cast<uint8_t>(0x90 | random() % 4);
    const auto at = findExtension(packet, 1 + static_cast<int>(random() % 14), 2);
    if (at) {
      ASSERT_LE(*at + 2, packet.size());
    }
  }
}

}  // namespace
}  // namespace tributary
