#pragma once

typedef struct _GObject GObject;

namespace tributary {

/// Has an ICE agent (a NiceAgent) gather at this machine's addresses, but for IPv6's link-local ones: no
/// browser offers any, and each is a socket and a candidate a peer. Where there is nothing else, everything
/// is left to the agent. Before it gathers.
void gatherAtRoutableAddresses(GObject* agent);

}  // namespace tributary
