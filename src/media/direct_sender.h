#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/priority_mutex.h"
#include "glib/object_ptr.h"
#include "media/ice_route.h"
#include "media/srtp_encryptor.h"

typedef struct _GstBuffer GstBuffer;
typedef struct _GstElement GstElement;
typedef struct _GstPad GstPad;
typedef struct _NiceAgent NiceAgent;

namespace tributary {

/// Takes a peer's RTP where it leaves rtpbin, protects it (SRTP) with the key that webrtcbin's DTLS has
/// agreed on, and hands all packets of a list to the kernel as few (udp_segments.h), or to libnice where that
/// cannot be. webrtcbin's own way there is seven more pads, a new buffer and a call for each packet: half of
/// what sending costs. RTCP goes that way still.
///
/// Whatever is not as expected (another cipher, no key yet) leaves packets to webrtcbin.
class DirectSender {
 public:
  /// `webrtc` must outlive the pads that are watched.
  explicit DirectSender(GstElement* webrtc);
  ~DirectSender();

  /// A pad that rtpbin got. This must outlive its use. Thread: any, before data flows; after anything else
  /// that looks at, or changes, what goes out there.
  void watch(GstPad* pad);

  /// Whether send() can. Thread: any.
  bool ready();
  /// Whether `packets` are on their way; if not, they are webrtcbin's to send. Thread: any.
  bool send(GstBuffer* const* packets, unsigned count);

 private:
  struct Batch;

  bool prepared();
  bool adoptKey();
  bool adoptAgent();
  unsigned protect(GstBuffer* const* packets, unsigned count);
  void transmit(unsigned count);

  GstElement* webrtc_;
  PriorityMutex mutex_;  ///< all below
  bool impossible_ = false;
  std::optional<SrtpEncryptor> srtp_;  ///< once there is a key
  ObjectPtr<NiceAgent> agent_;
  std::unique_ptr<IceRoute> route_;
  bool segments_ = true;  ///< until the way there turns out not to take them
  unsigned stream_ = 0;
  unsigned component_ = 0;
  std::unique_ptr<Batch> batch_;
};

}  // namespace tributary
