#include "media/prompt_feedback.h"

#include <gst/gst.h>

namespace tributary {
namespace {

// A share of it is RTCP's: so much that two requests need no more than some ms between them.
constexpr double bandwidth = 40e6;               // bit/s
constexpr guint64 reportInterval = 500'000'000;  // ns, ± a half: what was bound by 5 % of the bandwidth

}  // namespace

ObjectPtr<GObject> promptFeedback(GstElement* webrtc) {
  const auto rtpbin = ObjectPtr<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(webrtc), "rtpbin"));
  GObject* found = nullptr;
  g_signal_emit_by_name(rtpbin.get(), "get-internal-session", 0U, &found);  // max-bundle: there is one
  auto session = ObjectPtr<GObject>::adopt(found);
  if (!session) return session;
  g_object_set(session.get(), "bandwidth", bandwidth, "rtcp-min-interval", reportInterval, nullptr);
  return session;
}

}  // namespace tributary
