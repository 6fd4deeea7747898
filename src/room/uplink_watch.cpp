#include "room/uplink_watch.h"

#include <algorithm>

namespace tributary {

int UplinkWatch::allowance(Client& client, int asked, int64_t now) {
  const int before = now < client.graceUntil ? client.askedBefore : client.asked;
  if (asked < client.asked) {
    client.askedBefore = before;
    client.graceUntil = now + grace;
  }
  client.asked = asked;
  return now < client.graceUntil ? std::max(asked, client.askedBefore) : asked;
}

UplinkWatch::Verdict UplinkWatch::judge(const std::string& identity, const UplinkRequest* told,
                                        double bitrate, int64_t now) {
  if (told == nullptr) return {};
  Client& client = clients_[identity];
  const int asked = told->active ? std::max(least, told->maxBitrate) : least;
  const int allowed = allowance(client, asked, now);
  if (client.ignores) return {asked, false};
  if (bitrate <= tolerance * allowed) {
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
