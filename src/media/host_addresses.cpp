#include "media/host_addresses.h"

#include <nice/agent.h>
#include <nice/interfaces.h>

#include <string>

#include "glib/object_ptr.h"

namespace tributary {
namespace {

/// Of "fe80::1" and "fe80::1%eth0".
bool isLinkLocal6(const std::string& text) {
  const auto address =
      ObjectPtr<GInetAddress>::adopt(g_inet_address_new_from_string(text.substr(0, text.find('%')).c_str()));
  return address && g_inet_address_get_family(address.get()) == G_SOCKET_FAMILY_IPV6 &&
         g_inet_address_get_is_link_local(address.get()) != FALSE;
}

}  // namespace

void gatherAtRoutableAddresses(GObject* agent) {
  constexpr gboolean loopbackToo = FALSE;
  GList* all = nice_interfaces_get_local_ips(loopbackToo);
  for (const GList* item = all; item != nullptr; item = item->next) {
    const auto* text = static_cast<const char*>(item->data);
    NiceAddress address;
    nice_address_init(&address);
    if (isLinkLocal6(text) || nice_address_set_from_string(&address, text) == FALSE) continue;
    nice_agent_add_local_address(NICE_AGENT(agent), &address);
  }
  g_list_free_full(all, g_free);
}

}  // namespace tributary
