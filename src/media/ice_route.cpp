#include "media/ice_route.h"

#include <fcntl.h>
#include <nice/agent.h>
#include <sys/socket.h>

#include <mutex>

namespace tributary {
namespace {

/// The agent tells of a pair after it has let go of its lock: by then another may be selected, and its socket
/// of another family or port be the selected one.
bool isOf(int socket, const NiceCandidate& local) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  NiceAddress address;
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&bound), &size) != 0) return false;
  nice_address_set_from_sockaddr(&address, reinterpret_cast<const sockaddr*>(&bound));
  return nice_address_equal(&address, &local.base_addr) != FALSE;
}

/// Plain UDP from a socket of this machine's; the address may be whatever the client has, a relay too.
std::shared_ptr<const IceRoute::Route> routeTo(NiceAgent* agent, guint stream, guint component,
                                               const NiceCandidate& local, const NiceCandidate& remote) {
  if (local.transport != NICE_CANDIDATE_TRANSPORT_UDP || local.type == NICE_CANDIDATE_TYPE_RELAYED)
    return nullptr;
  const auto socket = ObjectPtr<GSocket>::adopt(nice_agent_get_selected_socket(agent, stream, component));
  if (!socket || g_socket_get_fd(socket.get()) < 0) return nullptr;
  if (!isOf(g_socket_get_fd(socket.get()), local)) return nullptr;
  auto out = std::make_shared<IceRoute::Route>();
  out->socket = UniqueFd(fcntl(g_socket_get_fd(socket.get()), F_DUPFD_CLOEXEC, 0));
  nice_address_copy_to_sockaddr(&remote.addr, reinterpret_cast<sockaddr*>(&out->to));
  return out->socket ? out : nullptr;
}

}  // namespace

struct IceRoute::State {
  State(guint itsStream, guint itsComponent) : stream(itsStream), component(itsComponent) {}

  const guint stream;
  const guint component;
  std::mutex mutex;
  std::shared_ptr<const Route> route;

  bool told = false;  ///< the agent has chosen since

  void set(std::shared_ptr<const Route> next) {
    const std::lock_guard lock(mutex);
    route = std::move(next);
    told = true;
  }
  void setFirst(std::shared_ptr<const Route> next) {
    const std::lock_guard lock(mutex);
    if (!told) route = std::move(next);
  }
};

IceRoute::IceRoute(NiceAgent* agent, unsigned stream, unsigned component)
    : state_(std::make_shared<State>(stream, component)) {
  const auto onChosen = +[](NiceAgent* from, guint itsStream, guint itsComponent, NiceCandidate* local,
                            NiceCandidate* remote, std::shared_ptr<State>* state) {
    if (itsStream != (*state)->stream || itsComponent != (*state)->component) return;
    (*state)->set(routeTo(from, itsStream, itsComponent, *local, *remote));
  };
  const auto drop = +[](gpointer data, GClosure*) { delete static_cast<std::shared_ptr<State>*>(data); };
  chosen_ = {agent, g_signal_connect_data(agent, "new-selected-pair-full", G_CALLBACK(onChosen),
                                          new std::shared_ptr<State>(state_), drop, GConnectFlags{})};
  NiceCandidate* local = nullptr;
  NiceCandidate* remote = nullptr;
  if (nice_agent_get_selected_pair(agent, stream, component, &local, &remote) != FALSE)
    state_->setFirst(routeTo(agent, stream, component, *local, *remote));
}

IceRoute::~IceRoute() = default;

std::shared_ptr<const IceRoute::Route> IceRoute::current() const {
  const std::lock_guard lock(state_->mutex);
  return state_->route;
}

}  // namespace tributary
