#pragma once

#include <chrono>
#include <map>
#include <string>

namespace tributary {

/// Pages whose user has shown the API's token: `<video>` and links cannot bear it, but a cookie with one of
/// these ids. Kept in memory: after a restart one signs in anew. Thread: owner.
class PageSessions {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::chrono::hours lifetime{12};  ///< a working day
  static constexpr size_t most = 64;  ///< the oldest makes place: they are the operator's alone

  /// The id of a new one, a secret.
  std::string open(Clock::time_point now);
  bool knows(const std::string& id, Clock::time_point now) const;
  void close(const std::string& id) { begun_.erase(id); }

 private:
  void makePlace(Clock::time_point now);

  std::map<std::string, Clock::time_point> begun_;  ///< by id
};

}  // namespace tributary
