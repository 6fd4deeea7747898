#include "room/uplink_watch.h"

#include <algorithm>

namespace tributary {

UplinkWatch::Verdict UplinkWatch::judge(const std::string& identity, const UplinkRequest* told,
                                        double bitrate, int64_t now) {
  if (told == nullptr) return {};
  Client& client = clients_[identity];
  const int asked = told->active ? std::max(least, told->maxBitrate) : least;
  if (client.ignores) return {asked, false};
  if (bitrate <= tolerance * asked) {
    client.overSince = -1;
  } else if (client.overSince < 0) {
    client.overSince = now;
  } else if (now - client.overSince >= patience) {
    client.ignores = true;
    return {asked, true};
  }
  return {};
}

int UplinkWatch::capped() const {
  return static_cast<int>(
      std::ranges::count_if(clients_, [](const auto& entry) { return entry.second.ignores; }));
}

}  // namespace tributary
