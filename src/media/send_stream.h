#pragma once

#include <pthread.h>

#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "base/priority_mutex.h"
#include "glib/object_ptr.h"
#include "media/send_lane.h"

typedef struct _GstBuffer GstBuffer;
typedef struct _GstBufferList GstBufferList;
typedef struct _GstCaps GstCaps;
typedef struct _GstMiniObject GstMiniObject;
typedef struct _GstPad GstPad;

namespace tributary {

/// One RTP stream on its way into a peer's webrtcbin: a bounded queue and a source pad of no element, which a
/// SendLane pushes from. Lives as long as somebody may push; the pad may outlive it.
class SendStream : public SendLane::Work, public std::enable_shared_from_this<SendStream> {
 public:
  /// `most` packets wait; what comes on top of that costs the oldest. The lane must outlive the stream's use.
  SendStream(SendLane& lane, const char* name, size_t most);
  ~SendStream() override;

  GstPad* pad() const { return pad_.get(); }
  /// Links to webrtcbin's pad and says what will come. Thread: owner.
  bool start(GstPad* to, GstCaps* caps);

  /// Another way for them, to be asked first; false: they are for webrtcbin.
  using Direct = std::function<bool(GstBuffer* const* packets, unsigned count)>;
  /// Before the first push.
  void setDirect(Direct direct) { direct_ = std::move(direct); }

  /// Takes the reference. Never blocks. Thread: any.
  void push(GstBufferList* packets);
  void push(GstBuffer* packet);
  /// From now on everything is dropped; a push may still be under way. Thread: any.
  void close();
  /// The same, waits for that push and unlinks the pad. To be called once what it pushes into is stopped, so
  /// that no push lasts, and before that is let go of: a push into a pad that is being freed is one into
  /// anybody's memory. Thread: none of the lane's.
  void detach();

 private:
  struct Item {
    GstMiniObject* packets;  ///< a buffer or a list of them
    size_t count;
  };
  void enqueue(Item item);
  Item next();
  bool sendDirectly(GstMiniObject* packets) const;
  void run() override;

  SendLane& lane_;
  const size_t most_;
  ObjectPtr<GstPad> pad_;
  Direct direct_;  ///< thread: the lane's
  PriorityMutex mutex_;
  pthread_cond_t pushed_ = PTHREAD_COND_INITIALIZER;
  bool pushing_ = false;
  std::deque<Item> queue_;
  size_t waiting_ = 0;  ///< packets
  bool scheduled_ = false;
  bool closed_ = false;
};

}  // namespace tributary
