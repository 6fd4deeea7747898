#include <gst/gst.h>
#include <gtest/gtest.h>

#include "base/log.h"
#include "base/main_context.h"

// Tests of media own the default main context, and a GLib or GStreamer critical is a failure.
int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  gst_init(&argc, &argv);
  g_log_set_always_fatal(static_cast<GLogLevelFlags>(G_LOG_LEVEL_CRITICAL | G_LOG_FATAL_MASK));
  tributary::main_context::claim();
  return RUN_ALL_TESTS();
}
