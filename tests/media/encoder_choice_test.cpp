#include <gtest/gtest.h>

#include "media/codec_table.h"

namespace tributary {
namespace {

TEST(EncoderChoice, OnePropertyOfTheBuiltInElementKeepsTheOthers) {
  const auto builtIn = defaultEncoder("VP8");
  auto expected = builtIn;
  expected.properties["cpu-used"] = "-8";
  ASSERT_NE(expected, builtIn);
  EXPECT_EQ(encoderWith("VP8", {"vp8enc", {{"cpu-used", "-8"}}}), expected);
  EXPECT_EQ(encoderWith("VP8", {"vp8enc", {}}), builtIn);
}

TEST(EncoderChoice, AnotherElementHasItsOwnPropertiesAlone) {
  const EncoderSettings other{defaultEncoder("H264").element == "x264enc" ? "openh264enc" : "x264enc",
                              {{"a", "1"}}};
  EXPECT_EQ(encoderWith("H264", other), other);
}

}  // namespace
}  // namespace tributary
