#include "base/one_line.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(OneLine, EscapesWhatWouldBreakALineOrSteerATerminal) {
  EXPECT_EQ(oneLine("a\nb\r\tc"), "a\\nb\\r\\tc");
  EXPECT_EQ(oneLine("\x1b[2J\x7f"), "\\x1b[2J\\x7f");
  EXPECT_EQ(oneLine("\xc2\x85|\xe2\x80\xa8"), "\\xc2\\x85|\\xe2\\x80\\xa8");
}

TEST(OneLine, LeavesAllElse) {
  const std::string text = "Zoë „Größe“ 日本 \xc2\xa0 \\n \"x\"";
  EXPECT_EQ(oneLine(text), text);
  EXPECT_EQ(oneLine(""), "");
  EXPECT_EQ(oneLine("\xc2"), "\xc2");
}

}  // namespace
}  // namespace tributary
