#include "base/token_bucket.h"

#include <gtest/gtest.h>

namespace tributary {
namespace {

TEST(TokenBucket, LetsTheBurstThroughAndThenTheRate) {
  const TokenBucket::Clock::time_point start{};
  TokenBucket bucket(2, 3, start);
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(bucket.take(start));
  EXPECT_FALSE(bucket.take(start));
  EXPECT_FALSE(bucket.take(start + std::chrono::milliseconds(400)));
  EXPECT_TRUE(bucket.take(start + std::chrono::milliseconds(600)));
  EXPECT_FALSE(bucket.take(start + std::chrono::milliseconds(700)));
}

TEST(TokenBucket, SavesNoMoreThanTheBurst) {
  const TokenBucket::Clock::time_point start{};
  TokenBucket bucket(2, 3, start);
  const auto later = start + std::chrono::hours(1);
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(bucket.take(later));
  EXPECT_FALSE(bucket.take(later));
}

TEST(TokenBucket, OneEventMayCountAsSeveral) {
  const TokenBucket::Clock::time_point start{};
  TokenBucket bucket(1.5, 4, start);
  EXPECT_TRUE(bucket.take(start, 3.9));
  EXPECT_FALSE(bucket.take(start, 0.12));
  EXPECT_TRUE(bucket.take(start + std::chrono::seconds(1), 1.5));
}

}  // namespace
}  // namespace tributary
