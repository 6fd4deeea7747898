#include "media/thread_priority.h"

#include <fcntl.h>
#include <gst/gst.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "base/unique_fd.h"

namespace tributary {
namespace {

constexpr int preferredNice = -10;
constexpr int sessionNice = -5;  // three times the share of another session

void schedule(int policy, int level) {
  sched_param priority{};
  priority.sched_priority = level;
  pthread_setschedparam(pthread_self(), policy, &priority);
}

void setNice(int nice) {
  setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), nice);
}

bool isMadeBy(GstElement* element, const char* factoryName) {
  GstElementFactory* factory = gst_element_get_factory(element);
  return factory != nullptr && std::strcmp(GST_OBJECT_NAME(factory), factoryName) == 0;
}

/// Thread: the streaming thread itself, which says here that it enters or leaves. `factory`: whose threads.
GstBusSyncReply onSyncMessage(GstBus*, GstMessage* message, gpointer factory) {
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_STREAM_STATUS) return GST_BUS_PASS;
  GstStreamStatusType type{};
  GstElement* element = nullptr;
  gst_message_parse_stream_status(message, &type, &element);
  if (isMadeBy(element, static_cast<const char*>(factory))) {
    if (type == GST_STREAM_STATUS_TYPE_ENTER) setNice(preferredNice);
    if (type == GST_STREAM_STATUS_TYPE_LEAVE) setNice(0);
  }
  gst_message_unref(message);  // nobody else asks for these
  return GST_BUS_DROP;
}

void preferThreadsOf(GstElement* pipeline, const char* factory) {
  GstBus* bus = gst_element_get_bus(pipeline);
  gst_bus_set_sync_handler(bus, onSyncMessage, const_cast<char*>(factory), nullptr);
  gst_object_unref(bus);
}

}  // namespace

void preferThisProcess() {
  setsid();
  const UniqueFd group(open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC));
  const std::string nice = std::to_string(sessionNice);
  // Not there, or not allowed: as for any process.
  [[maybe_unused]] const auto count = write(group.get(), nice.data(), nice.size());
}

void preferThisThread() {
  schedule(SCHED_RR | SCHED_RESET_ON_FORK, 5);
}

void preferAsReceiver() {
  setNice(preferredNice);
}

void preferNetworkThreads(GstElement* pipeline) {
  preferThreadsOf(pipeline, "nicesrc");
}

void preferEncoderThread(GstElement* pipeline) {
  preferThreadsOf(pipeline, "appsrc");
}

}  // namespace tributary
