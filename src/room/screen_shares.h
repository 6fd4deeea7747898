#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tributary {

/// What a room allows of shared screens, and what it asks of them.
struct ScreenSettings {
  int sharers = 1;       ///< at a time; 0: nobody may share
  bool replace = false;  ///< one more takes the place of whoever began first; else it is refused
  // The uplink. Text wants pixels and bits, not frames: 1080p of slides at 15 fps is sharp at 2.5 Mbit/s.
  int maxWidth = 1920;
  int maxHeight = 1080;
  int maxFramerate = 15;
  int maxBitrate = 2'500'000;  ///< bit/s

  bool operator==(const ScreenSettings&) const = default;
};

/// Who shares a screen. A share begins when its client says so, is shown once media arrives, and ends when
/// the client or a moderator says so, when another takes its place, or when nothing arrives any more.
/// Times are monotonic nanoseconds. Pure.
class ScreenShares {
 public:
  explicit ScreenShares(const ScreenSettings& settings) : settings_(settings) {}

  /// Nothing comes for so long: the share is dead. Browsers repeat a screen at rest once a second.
  static constexpr int64_t deadAfter = 10'000'000'000;

  /// Whose share ended for this one, usually nobody's; nullopt when there is no room for one more.
  /// Somebody who shares already just goes on.
  std::optional<std::vector<std::string>> start(const std::string& identity, int64_t now);
  /// Other settings from now on. Whose shares ended because fewer are allowed: of those that began first
  /// where one more takes their place, else of those that began last.
  std::vector<std::string> setSettings(const ScreenSettings& settings);
  /// False when they did not share.
  bool stop(const std::string& identity);

  struct Changes {
    std::vector<std::string> ended;  ///< dead ones, which have been stopped
    bool shown = false;              ///< shown() is another
  };
  /// `lastPacket` says when something last arrived of that person's screen; 0 is never.
  Changes watch(int64_t now, const std::function<int64_t(const std::string&)>& lastPacket);

  /// Who shares, in the order they began.
  std::vector<std::string> sharers() const;
  /// Those of sharers() of whose screen something has arrived.
  std::vector<std::string> shown() const;

 private:
  struct Share {
    std::string identity;
    int64_t alive = 0;  ///< when it began, or something last arrived
    bool shown = false;
  };

  ScreenSettings settings_;
  std::vector<Share> shares_;
};

}  // namespace tributary
