#include "room/participant.h"

#include <glib.h>

#include <cstdio>
#include <memory>

#include "glib/object_ptr.h"

namespace tributary {

Json Participant::toJson() const {
  return Json::object({{"identity", identity},
                       {"name", name},
                       {"role", role},
                       {"audioMuted", audioMuted},
                       {"videoMuted", videoMuted},
                       {"handRaised", handRaised},
                       {"screenShared", screenShared},
                       {"joinedAt", joinedAt}});
}

std::string timestamp() {
  const std::unique_ptr<GDateTime, decltype(&g_date_time_unref)> now(g_date_time_new_now_utc(),
                                                                     g_date_time_unref);
  const std::unique_ptr<char, GFree> seconds(g_date_time_format(now.get(), "%Y-%m-%dT%H:%M:%S"));
  char milliseconds[16];
  std::snprintf(milliseconds, sizeof milliseconds, ".%03dZ", g_date_time_get_microsecond(now.get()) / 1000);
  return std::string(seconds.get()) + milliseconds;
}

}  // namespace tributary
