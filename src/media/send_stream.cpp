#include "media/send_stream.h"

#include <gst/gst.h>

#include <mutex>
#include <vector>

namespace tributary {
namespace {

/// What an element upstream would answer: live, and nothing waits in it.
gboolean onQuery(GstPad* pad, GstObject* parent, GstQuery* query) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY) return gst_pad_query_default(pad, parent, query);
  gst_query_set_latency(query, TRUE, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

/// Who wants upstream events has a probe on the pad.
gboolean onEvent(GstPad*, GstObject*, GstEvent* event) {
  gst_event_unref(event);
  return TRUE;
}

}  // namespace

SendStream::SendStream(SendLane& lane, const char* name, size_t most)
    : lane_(lane), most_(most), pad_(ObjectPtr<GstPad>::sink(gst_pad_new(name, GST_PAD_SRC))) {
  gst_pad_set_query_function(pad_.get(), onQuery);
  gst_pad_set_event_function(pad_.get(), onEvent);
  gst_pad_set_active(pad_.get(), TRUE);
}

SendStream::~SendStream() {
  close();
  pthread_cond_destroy(&pushed_);
}

bool SendStream::start(GstPad* to, GstCaps* caps) {
  if (gst_pad_link(pad_.get(), to) != GST_PAD_LINK_OK) return false;
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_pad_push_event(pad_.get(), gst_event_new_stream_start(GST_PAD_NAME(pad_.get())));
  gst_pad_push_event(pad_.get(), gst_event_new_caps(caps));
  gst_pad_push_event(pad_.get(), gst_event_new_segment(&segment));
  return true;
}

void SendStream::push(GstBufferList* packets) {
  enqueue({GST_MINI_OBJECT_CAST(packets), gst_buffer_list_length(packets)});
}

void SendStream::push(GstBuffer* packet) {
  enqueue({GST_MINI_OBJECT_CAST(packet), 1});
}

void SendStream::enqueue(Item item) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return gst_mini_object_unref(item.packets);
    queue_.push_back(item);
    waiting_ += item.count;
    while (waiting_ > most_ && queue_.size() > 1) {
      waiting_ -= queue_.front().count;
      gst_mini_object_unref(queue_.front().packets);
      queue_.pop_front();
    }
    if (scheduled_) return;
    scheduled_ = true;
  }
  lane_.schedule(shared_from_this());
}

SendStream::Item SendStream::next() {
  const std::lock_guard lock(mutex_);
  pushing_ = !queue_.empty();
  if (!pushing_) {
    pthread_cond_broadcast(&pushed_);
    scheduled_ = false;
    return {nullptr, 0};
  }
  const Item item = queue_.front();
  queue_.pop_front();
  waiting_ -= item.count;
  return item;
}

bool SendStream::sendDirectly(GstMiniObject* packets) const {
  if (!direct_) return false;
  if (GST_IS_BUFFER(packets)) {
    GstBuffer* one = GST_BUFFER_CAST(packets);
    return direct_(&one, 1);
  }
  std::vector<GstBuffer*> all;
  GstBufferList* list = GST_BUFFER_LIST_CAST(packets);
  all.reserve(gst_buffer_list_length(list));
  for (guint i = 0; i < gst_buffer_list_length(list); ++i)
    all.push_back(gst_buffer_list_get(list, i));
  return direct_(all.data(), static_cast<unsigned>(all.size()));
}

void SendStream::run() {
  for (Item item = next(); item.packets != nullptr; item = next()) {
    if (sendDirectly(item.packets)) {
      gst_mini_object_unref(item.packets);
    } else if (GST_IS_BUFFER_LIST(item.packets)) {
      gst_pad_push_list(pad_.get(), GST_BUFFER_LIST_CAST(item.packets));
    } else {
      gst_pad_push(pad_.get(), GST_BUFFER_CAST(item.packets));
    }
  }
}

void SendStream::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const Item& item : queue_)
    gst_mini_object_unref(item.packets);
  queue_.clear();
  waiting_ = 0;
}

void SendStream::detach() {
  close();
  {
    const std::lock_guard lock(mutex_);
    while (pushing_)
      pthread_cond_wait(&pushed_, mutex_.native());
  }
  const auto peer = ObjectPtr<GstPad>::adopt(gst_pad_get_peer(pad_.get()));
  if (peer) gst_pad_unlink(pad_.get(), peer.get());
}

}  // namespace tributary
