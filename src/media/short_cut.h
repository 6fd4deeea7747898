#pragma once

typedef struct _GstPad GstPad;

namespace tributary {

/// Links `from`, which is linked to a sink pad of a webrtcbin, straight to the funnel behind it. What is left
/// out (a clock, for what is not live; two encoders of forward error correction, with nothing to do) takes
/// lists of packets apart, and then everything behind it, rtpsession, SRTP and the socket's element, costs
/// each packet what it should cost each list.
///
/// To be called once the local description is set and before anything is pushed; false, with everything as it
/// was, where webrtcbin looks different inside. Thread: owner.
bool takeShortCut(GstPad* from);

}  // namespace tributary
