#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>

namespace tributary {

/// A test with GLib's main loop and a watchdog: it waits for what it expects, and never sleeps.
class LoopTest : public testing::Test {
 public:
  /// Runs the loop until `condition` holds; a failure of the test when it does not within `deadline`.
  static void waitFor(const std::string& what, const std::function<bool()>& condition,
                      std::chrono::milliseconds deadline = std::chrono::seconds(20));

  /// Runs the loop for as long as work is pending, without waiting for more.
  static void settle();

 protected:
  void SetUp() override;
};

/// Makes the calling thread the owner of the main context, for tests without LoopTest.
void claimMainContext();

}  // namespace tributary
