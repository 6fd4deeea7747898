#include "media/host_addresses.h"

#include <gtest/gtest.h>
#include <nice/agent.h>

#include <algorithm>
#include <string>
#include <vector>

#include "glib/object_ptr.h"

namespace tributary {
namespace {

/// Where an agent gathers of its own accord, or with our addresses.
std::vector<std::string> gathered(bool ours) {
  const auto agent = ObjectPtr<NiceAgent>::adopt(nice_agent_new(nullptr, NICE_COMPATIBILITY_RFC5245));
  g_object_set(agent.get(), "ice-tcp", FALSE, "upnp", FALSE, nullptr);
  if (ours) gatherAtRoutableAddresses(G_OBJECT(agent.get()));
  const guint stream = nice_agent_add_stream(agent.get(), 1);
  std::vector<std::string> out;
  if (nice_agent_gather_candidates(agent.get(), stream) == FALSE) return out;
  GSList* candidates = nice_agent_get_local_candidates(agent.get(), stream, 1);
  for (const GSList* item = candidates; item != nullptr; item = item->next) {
    char text[INET6_ADDRSTRLEN + 1] = "";
    nice_address_to_string(&static_cast<const NiceCandidate*>(item->data)->addr, text);
    out.emplace_back(text);
  }
  g_slist_free_full(candidates, reinterpret_cast<GDestroyNotify>(nice_candidate_free));
  return out;
}

TEST(HostAddresses, AreAllThereAreButLinkLocalOnesOfIpv6) {
  std::vector<std::string> routable;
  for (const auto& address : gathered(false)) {
    if (!address.starts_with("fe80")) routable.push_back(address);
  }
  auto ours = gathered(true);
  std::ranges::sort(routable);
  std::ranges::sort(ours);
  EXPECT_EQ(ours, routable);
}

}  // namespace
}  // namespace tributary
