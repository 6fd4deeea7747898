#include "media/packet_order.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

std::vector<uint16_t> sequencesOf(const PacketOrder& order) {
  std::vector<uint16_t> out;
  for (const auto& packet : order)
    out.push_back(packet.sequence);
  return out;
}

TEST(PacketOrder, IsBySequenceNumberHoweverTheyCome) {
  PacketOrder order;
  for (const uint16_t sequence : {7, 5, 9, 6, 8})
    EXPECT_TRUE(order.insert(sequence, {}));
  EXPECT_EQ(sequencesOf(order), (std::vector<uint16_t>{5, 6, 7, 8, 9}));
}

TEST(PacketOrder, GoesOnWhereNumbersWrap) {
  PacketOrder order;
  for (const uint16_t sequence : {1, 65534, 0, 65535})
    EXPECT_TRUE(order.insert(sequence, {}));
  EXPECT_EQ(sequencesOf(order), (std::vector<uint16_t>{65534, 65535, 0, 1}));
}

TEST(PacketOrder, TakesNoneTwice) {
  PacketOrder order;
  const std::vector<uint8_t> first{1};
  const std::vector<uint8_t> second{2};
  EXPECT_TRUE(order.insert(3, first));
  EXPECT_TRUE(order.insert(4, {}));
  EXPECT_FALSE(order.insert(3, second));
  EXPECT_EQ(order.size(), 2U);
  EXPECT_EQ(order.take().payload, first);
  EXPECT_EQ(order.front().sequence, 4);
}

}  // namespace
}  // namespace tributary
