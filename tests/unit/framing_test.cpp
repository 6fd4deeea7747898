#include "ipc/framing.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(Framing, ReadsWhatItWrites) {
  FrameReader reader;
  const std::string both = *encodeFrame("{}") + *encodeFrame(std::string(70000, 'x'));
  for (const char c : both)
    reader.append(std::string_view(&c, 1));
  EXPECT_EQ(**reader.next(), "{}");
  EXPECT_EQ((**reader.next()).size(), 70000u);
  EXPECT_FALSE(reader.next()->has_value());
}

TEST(Framing, LengthIsBigEndian) {
  EXPECT_EQ(*encodeFrame("ab"), std::string("\0\0\0\2ab", 6));
}

TEST(Framing, WaitsForTheRest) {
  FrameReader reader;
  reader.append(std::string_view("\0\0\0", 3));
  EXPECT_FALSE(reader.next()->has_value());
  reader.append(std::string_view("\2a", 2));
  EXPECT_FALSE(reader.next()->has_value());
  reader.append("b");
  EXPECT_EQ(**reader.next(), "ab");
}

TEST(Framing, RefusesEmptyAndHugeFrames) {
  FrameReader empty;
  empty.append(std::string_view("\0\0\0\0", 4));
  EXPECT_FALSE(empty.next());
  FrameReader huge;
  huge.append("\xff\xff\xff\xff");
  EXPECT_FALSE(huge.next());
  EXPECT_EQ(encodeFrame(std::string(maxFrameBytes + 1, 'x')).error().code, ErrorCode::tooLarge);
  EXPECT_TRUE(encodeFrame(std::string(maxFrameBytes, 'x')));
}

}  // namespace
}  // namespace tributary
