#include "media/snapshot.h"

#include <gtest/gtest.h>

#include <optional>

namespace tributary {
namespace {

TEST(Snapshot, WhoWaitsIsToldWhyThereIsNone) {
  std::optional<Result<std::string>> told;
  {
    Snapshot snapshot(CanvasFormat{});
    snapshot.request([&told](const Result<std::string>& jpeg) { told = jpeg; });
    EXPECT_FALSE(told);
  }
  ASSERT_TRUE(told && !*told);
  EXPECT_NE(told->error().message.find("canvas was changed"), std::string::npos) << told->error().message;
}

}  // namespace
}  // namespace tributary
