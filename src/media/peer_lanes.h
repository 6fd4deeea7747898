#pragma once

#include "media/receive_lane.h"
#include "media/send_lane.h"

namespace tributary {

/// The threads that carry the packets of all peers of a room. Sound has a lane of its own, so that it never
/// stands behind pictures.
struct PeerLanes {
  SendLane audio{"send-audio"};
  SendLane video{"send-video"};
  ReceiveLane receive;
};

}  // namespace tributary
