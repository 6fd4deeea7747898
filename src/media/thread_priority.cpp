#include "media/thread_priority.h"

#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <pthread.h>
#include <sched.h>

namespace tributary {
namespace {

void schedule(int policy, int level) {
  sched_param priority{};
  priority.sched_priority = level;
  pthread_setschedparam(pthread_self(), policy, &priority);
}

/// Thread: the streaming thread itself, which says here that it enters or leaves.
GstBusSyncReply onSyncMessage(GstBus*, GstMessage* message, gpointer) {
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_STREAM_STATUS) return GST_BUS_PASS;
  GstStreamStatusType type{};
  GstElement* element = nullptr;
  gst_message_parse_stream_status(message, &type, &element);
  if (GST_IS_APP_SRC(element)) {
    if (type == GST_STREAM_STATUS_TYPE_ENTER) preferThisThread();
    if (type == GST_STREAM_STATUS_TYPE_LEAVE) schedule(SCHED_OTHER, 0);
  }
  gst_message_unref(message);  // nobody else asks for these
  return GST_BUS_DROP;
}

}  // namespace

void preferThisThread() {
  schedule(SCHED_RR | SCHED_RESET_ON_FORK, 5);
}

void preferSourceThreads(GstElement* pipeline) {
  GstBus* bus = gst_element_get_bus(pipeline);
  gst_bus_set_sync_handler(bus, onSyncMessage, nullptr, nullptr);
  gst_object_unref(bus);
}

}  // namespace tributary
