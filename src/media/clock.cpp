#include "media/clock.h"

#include <gst/gst.h>

#include "media/ticker.h"

namespace tributary {

RoomClock::RoomClock() : base_(monotonicNow()) {}

void RoomClock::adopt(GstElement* pipeline) const {
  GstClock* clock = gst_system_clock_obtain();
  gst_pipeline_use_clock(GST_PIPELINE(pipeline), clock);
  gst_object_unref(clock);
  gst_element_set_start_time(pipeline, GST_CLOCK_TIME_NONE);  // or PLAYING would set a base time of its own
  gst_element_set_base_time(pipeline, static_cast<GstClockTime>(base_));
}

}  // namespace tributary
