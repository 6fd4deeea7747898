#include "rate/remb_reader.h"

#include <gtest/gtest.h>

#include <vector>

namespace tributary {
namespace {

using Bytes = std::vector<uint8_t>;

/// An empty receiver report and a REMB behind it.
Bytes remb(uint8_t exponent, uint32_t mantissa) {
  return {0x80,
          201,
          0,
          1,
          0,
          0,
          0,
          1,
          0x8f,
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

TEST(RembReader, ReadsExponentAndMantissaBehindAReport) {
  EXPECT_EQ(readRemb(remb(3, 100'000)), 800'000);
  EXPECT_EQ(readRemb(remb(0, 0x3ffff)), 0x3ffff);
}

TEST(RembReader, ThereIsNoneInAnyCutPacket) {
  const Bytes whole = remb(3, 100'000);
  for (size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_FALSE(readRemb(cut)) << size;
  }
}

TEST(RembReader, OtherFeedbackAndWrongLengthsAreNone) {
  Bytes other = remb(3, 100'000);
  other[20] = 'X';
  EXPECT_FALSE(readRemb(other));
  Bytes loss = remb(3, 100'000);
  loss[8] = 0x81;  // a PLI
  EXPECT_FALSE(readRemb(loss));
  Bytes shorter = remb(3, 100'000);
  shorter[11] = 3;  // ends before the mantissa
  EXPECT_FALSE(readRemb(shorter));
  Bytes longer = remb(3, 100'000);
  longer[3] = 200;
  EXPECT_FALSE(readRemb(longer));
}

}  // namespace
}  // namespace tributary
