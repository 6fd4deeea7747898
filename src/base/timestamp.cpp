#include "base/timestamp.h"

#include <glib.h>

#include <cstdio>
#include <memory>

namespace tributary {

std::string timestamp() {
  const std::unique_ptr<GDateTime, decltype(&g_date_time_unref)> now(g_date_time_new_now_utc(),
                                                                     g_date_time_unref);
  const std::unique_ptr<char, decltype(&g_free)> seconds(g_date_time_format(now.get(), "%Y-%m-%dT%H:%M:%S"),
                                                         g_free);
  char milliseconds[16];
  std::snprintf(milliseconds, sizeof milliseconds, ".%03dZ", g_date_time_get_microsecond(now.get()) / 1000);
  return std::string(seconds.get()) + milliseconds;
}

}  // namespace tributary
