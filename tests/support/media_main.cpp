#include <gst/gst.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string_view>

#include "base/log.h"
#include "base/main_context.h"
#include "media/dtls_handshake.h"

namespace {

/// GStreamer 1.22, in the webrtcbin of the tests' own peers: while it walks its sources for a report,
/// rtpsession gives up its lock to ask for a clock rate; a source that comes just then makes GLib end that
/// walk, before it touches anything. The room has its own reports (media/receiver_reports.h), its clients do
/// not.
bool isHarmless(std::string_view message) {
  return message == "g_hash_table_foreach: assertion 'version == hash_table->version' failed";
}

/// As usual; and a critical ends the test where it happened.
GLogWriterOutput endOnCritical(GLogLevelFlags level, const GLogField* fields, gsize count, gpointer data) {
  const GLogWriterOutput out = g_log_writer_default(level, fields, count, data);
  if ((level & (G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_ERROR)) == 0) return out;
  for (gsize i = 0; i < count; ++i) {
    const std::string_view key = fields[i].key;
    if (key == "MESSAGE" && isHarmless(static_cast<const char*>(fields[i].value))) return out;
  }
  std::abort();
}

}  // namespace

// Tests of media own the default main context, and a GLib or GStreamer critical is a failure.
int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  g_log_set_writer_func(endOnCritical, nullptr, nullptr);
  gst_init(&argc, &argv);
  EXPECT_TRUE(tributary::shapeDtlsHandshakes());
  tributary::main_context::claim();
  return RUN_ALL_TESTS();
}
