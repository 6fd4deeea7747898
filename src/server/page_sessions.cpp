#include "server/page_sessions.h"

#include <algorithm>

#include "base/random_id.h"

namespace tributary {

std::string PageSessions::open(Clock::time_point now) {
  makePlace(now);
  return begun_.emplace(randomToken(), now).first->first;
}

bool PageSessions::knows(const std::string& id, Clock::time_point now) const {
  const auto at = begun_.find(id);
  return at != begun_.end() && now - at->second < lifetime;
}

void PageSessions::makePlace(Clock::time_point now) {
  std::erase_if(begun_, [now](const auto& one) { return now - one.second >= lifetime; });
  if (begun_.size() < most) return;
  begun_.erase(std::ranges::min_element(begun_, {}, [](const auto& one) { return one.second; }));
}

}  // namespace tributary
