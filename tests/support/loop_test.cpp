#include "support/loop_test.h"

#include <glib.h>

#include "base/main_context.h"

namespace tributary {

void claimMainContext() {
  main_context::claim();
}

void LoopTest::SetUp() {
  claimMainContext();
}

void LoopTest::waitFor(const std::string& what, const std::function<bool()>& condition,
                       std::chrono::milliseconds deadline) {
  bool late = false;
  const Timer watchdog = Timer::once(deadline, [&late] { late = true; });
  bool met = condition();
  while (!met && !late) {
    g_main_context_iteration(nullptr, TRUE);
    met = condition();
  }
  ASSERT_TRUE(met) << "waited in vain for " << what;
}

void LoopTest::settle() {
  while (g_main_context_iteration(nullptr, FALSE)) {
  }
}

}  // namespace tributary
