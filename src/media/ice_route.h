#pragma once

#include <sys/socket.h>

#include <memory>
#include <optional>

#include "base/unique_fd.h"
#include "glib/object_ptr.h"

typedef struct _NiceAgent NiceAgent;

namespace tributary {

/// The socket and the address that ICE has chosen for a component, as long as both are plain UDP: behind a
/// TURN server of our own, or a proxy, there is none.
///
/// The socket is a duplicate: libnice closing its own takes nothing away under a call.
class IceRoute {
 public:
  struct Route {
    UniqueFd socket;
    sockaddr_storage to{};
  };

  /// Follows what `agent` chooses from now on. Thread: any.
  IceRoute(NiceAgent* agent, unsigned stream, unsigned component);
  ~IceRoute();
  IceRoute(const IceRoute&) = delete;
  IceRoute& operator=(const IceRoute&) = delete;

  /// Null where there is none. It stays valid as long as it is held. Thread: any.
  std::shared_ptr<const Route> current() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
  SignalConnection chosen_;
};

}  // namespace tributary
