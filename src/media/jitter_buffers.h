#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "glib/object_ptr.h"
#include "media/resend_wait.h"

typedef struct _GstElement GstElement;

namespace tributary {

/// Sets how long each of a peer's jitter buffers waits for what is missing, by how it fares. Packets in
/// order never wait.
///
/// Thread: any.
class JitterBuffers {
 public:
  /// `start`: milliseconds, what webrtcbin gives new ones.
  explicit JitterBuffers(int start);

  /// A new one of webrtcbin's.
  void add(GstElement* buffer);
  /// To be called once a second, with the round trip of the way (0: not known). Lets go of those that rtpbin
  /// has let go of, so that a client which makes up SSRCs does not add to them for ever.
  void adapt(double roundTripMs);
  /// The longest wait of any, milliseconds.
  int longest() const;
  /// Packets of pictures that never came, as of the last adapt().
  uint64_t videoLost() const;

 private:
  struct Buffer {
    ObjectPtr<GstElement> element;
    ResendWait wait;
    uint64_t lost = 0;   ///< when last read
    bool inUse = false;  ///< by rtpbin, which adds it after it has told of it
  };
  int start_;
  mutable std::mutex mutex_;
  std::vector<Buffer> buffers_;
  uint64_t videoLost_ = 0;
};

}  // namespace tributary
