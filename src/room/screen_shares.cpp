#include "room/screen_shares.h"

#include <algorithm>

namespace tributary {

std::optional<std::vector<std::string>> ScreenShares::start(const std::string& identity, int64_t now) {
  std::vector<std::string> ended;
  if (std::ranges::find(shares_, identity, &Share::identity) != shares_.end()) return ended;
  if (settings_.sharers <= 0) return std::nullopt;
  while (std::ssize(shares_) >= settings_.sharers) {
    if (!settings_.replace) return std::nullopt;
    ended.push_back(shares_.front().identity);
    shares_.erase(shares_.begin());
  }
  shares_.push_back({identity, now});
  return ended;
}

std::vector<std::string> ScreenShares::setSettings(const ScreenSettings& settings) {
  settings_ = settings;
  std::vector<std::string> ended;
  while (std::ssize(shares_) > std::max(0, settings_.sharers)) {
    const auto one = settings_.replace ? shares_.begin() : shares_.end() - 1;
    ended.push_back(one->identity);
    shares_.erase(one);
  }
  return ended;
}

bool ScreenShares::stop(const std::string& identity) {
  return std::erase_if(shares_, [&](const Share& share) { return share.identity == identity; }) > 0;
}

ScreenShares::Changes ScreenShares::watch(int64_t now,
                                          const std::function<int64_t(const std::string&)>& lastPacket) {
  Changes changes;
  for (auto& share : shares_) {
    const int64_t arrived = lastPacket(share.identity);
    if (arrived > share.alive) {
      changes.shown = changes.shown || !share.shown;
      share.shown = true;
      share.alive = arrived;
    } else if (now - share.alive > deadAfter) {
      changes.ended.push_back(share.identity);
      changes.shown = changes.shown || share.shown;
    }
  }
  for (const auto& identity : changes.ended)
    stop(identity);
  return changes;
}

std::vector<std::string> ScreenShares::sharers() const {
  std::vector<std::string> out;
  for (const auto& share : shares_)
    out.push_back(share.identity);
  return out;
}

std::vector<std::string> ScreenShares::shown() const {
  std::vector<std::string> out;
  for (const auto& share : shares_) {
    if (share.shown) out.push_back(share.identity);
  }
  return out;
}

}  // namespace tributary
