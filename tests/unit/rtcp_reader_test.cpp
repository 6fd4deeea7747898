#include "rate/rtcp_reader.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

namespace tributary {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const auto& part : parts)
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

/// A receiver report of one block.
Bytes report(uint8_t fraction, uint32_t last, uint32_t delay) {
  const auto word = [](uint32_t value) {
    return Bytes{static_cast<uint8_t>(value >> 24), static_cast<uint8_t>(value >> 16),
                 static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
  };
  return joined({{0x81, 201, 0, 7, 0, 0, 0, 1},
                 {0, 0, 0, 2},
                 {fraction, 0, 0, 9},
                 word(1000),
                 word(3),
                 word(last),
                 word(delay)});
}

Bytes remb(uint8_t exponent, uint32_t mantissa) {
  return {0x8f,
          206,
          0,
          5,
          0,
          0,
          0,
          1,
          0,
          0,
          0,
          0,
          'R',
          'E',
          'M',
          'B',
          1,
          static_cast<uint8_t>(exponent << 2 | mantissa >> 16),
          static_cast<uint8_t>(mantissa >> 8),
          static_cast<uint8_t>(mantissa),
          0,
          0,
          0,
          2};
}

TEST(RtcpReader, ReadsLossAndRoundTrip) {
  const auto news = readReceiverNews(report(64, 0x10000, 0x8000));
  ASSERT_TRUE(news.fractionLost);
  EXPECT_DOUBLE_EQ(*news.fractionLost, 0.25);
  EXPECT_FALSE(news.remb);
  // Sent at 1 s, held for half a second, here at 1.6 s: a tenth of a second on the way.
  const auto trip = roundTripFrom(news, 0x10000 + 0x8000 + 6554);
  ASSERT_TRUE(trip);
  EXPECT_NEAR(static_cast<double>(*trip), 100e6, 1e5);
}

TEST(RtcpReader, ARoundTripThatMakesNoSenseIsNone) {
  EXPECT_FALSE(roundTripFrom(readReceiverNews(report(0, 0, 0)), 77)) << "no sender report has come";
  EXPECT_FALSE(roundTripFrom(readReceiverNews(report(0, 0x20000, 0x10000)), 0x20000)) << "before it was sent";
}

TEST(RtcpReader, ReadsRembBehindAReport) {
  const auto news = readReceiverNews(joined({report(0, 0, 0), remb(3, 100'000)}));
  ASSERT_TRUE(news.remb);
  EXPECT_EQ(*news.remb, 800'000);
  EXPECT_TRUE(news.fractionLost);
}

TEST(RtcpReader, EveryCutPacketIsReadToItsEndAndNoFurther) {
  const Bytes whole = joined({report(64, 1, 1), remb(3, 100'000)});
  for (size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    const auto news = readReceiverNews(cut);
    EXPECT_EQ(news.fractionLost.has_value(), size >= 32) << size;
    EXPECT_FALSE(news.remb) << size;
  }
}

TEST(RtcpReader, CountsThatPromiseMoreThanThereIsAreNotBelieved) {
  Bytes packet = report(64, 1, 1);
  packet[0] = 0x9f;  // 31 blocks
  EXPECT_TRUE(readReceiverNews(packet).fractionLost);
  packet[3] = 0xff;  // longer than what came
  EXPECT_FALSE(readReceiverNews(packet).fractionLost);
}

}  // namespace
}  // namespace tributary
