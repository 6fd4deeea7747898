#pragma once

#include "glib/object_ptr.h"

typedef struct _GstElement GstElement;

namespace tributary {

/// Lets a webrtcbin's RTCP say at once what is missing. By default rtpsession takes 5 % of what is received
/// for all of its RTCP, and a request for a retransmission (RFC 4585, 3.5.2) waits for up to 300 ms: longer
/// than any jitter buffer does. Its pads must have been requested.
///
/// Returns the session (an RTPSession); null where webrtcbin has none yet. Thread: any.
ObjectPtr<GObject> promptFeedback(GstElement* webrtc);

}  // namespace tributary
