#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "layout/layout.h"

namespace tributary {

/// What an admin lets clients send of their cameras at most.
struct UplinkLimits {
  int maxHeight = 720;  ///< pixels of the shorter side
  int maxFramerate = 25;
  int maxBitrate = 1'500'000;  ///< bit/s, of a picture of maxHeight
  bool crop = true;            ///< the picture covers its tile, else it lies inside of it
};

/// What a client is asked to send of its camera (`requestVideo`): a picture inside this box.
struct UplinkRequest {
  bool active = false;
  int maxWidth = 0;  ///< pixels, even
  int maxHeight = 0;
  int maxFramerate = 0;
  int maxBitrate = 0;  ///< bit/s

  bool operator==(const UplinkRequest&) const = default;
};

/// The box that a camera of that shape is to be scaled into for a tile. Unknown shape (0, 0): one that is
/// right for 16:9 and 4:3. The width is a multiple at which cameras of the usual shapes come out even in both
/// directions (32 for 16:9, 8 for 4:3), so that a browser hits it exactly. Bits go with the area to the power
/// of 3/4: small pictures need more of them for a pixel. Pure.
UplinkRequest uplinkFor(const Rect& tile, int cameraWidth, int cameraHeight, const UplinkLimits& limits);

/// Decides when each client hears what the mixer needs of its camera. More is asked for at once, less when
/// less has been enough for `downAfter`, so that talkers who change seats do not make encoders start anew.
/// A client hears of it at most once in `interval`, but for the news that it is seen again.
///
/// Thread: owner; no clock of its own. Times are nanoseconds of any one monotonic clock.
class UplinkDirector {
 public:
  static constexpr int64_t downAfter = 2'000'000'000;
  static constexpr int64_t interval = 1'000'000'000;

  explicit UplinkDirector(UplinkLimits limits) : limits_(limits) {}
  void setLimits(UplinkLimits limits) { limits_ = limits; }

  /// What that client was last asked for; nullptr: nothing yet.
  const UplinkRequest* told(const std::string& identity) const;

  /// Somebody's client has a new connection: it knows of nothing yet.
  void connected(const std::string& identity);
  /// Their client is back and may have missed what it was told.
  void retell(const std::string& identity);
  /// Their client is gone, or never will send.
  void remove(const std::string& identity);

  /// A camera that is seen. Nothing is needed of those who are not listed.
  struct Seen {
    std::string identity;
    Rect tile;
    int cameraWidth = 0;  ///< as it arrives at the moment; 0 is unknown
    int cameraHeight = 0;
  };
  struct News {
    std::string identity;
    UplinkRequest request;
  };
  /// What is to be said at `now`. Call it when places change, and a few times a second.
  std::vector<News> decide(const std::vector<Seen>& seen, int64_t now);

 private:
  struct Client {
    UplinkRequest told;
    bool knows = false;  ///< it has been told anything
    int64_t toldAt = 0;
    int64_t lessSince = -1;  ///< since when less than `told` is enough; −1: it is not
  };

  bool isDue(Client& client, const UplinkRequest& wanted, int64_t now) const;

  UplinkLimits limits_;
  std::map<std::string, Client> clients_;
};

}  // namespace tributary
