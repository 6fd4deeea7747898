#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "room/uplink_director.h"

namespace tributary {

/// Finds clients whose camera sends far more than they were asked for, and says what they are to be told by
/// RTCP instead. Once found, a client stays so until it has a new connection: it obeys the RTCP, not us.
/// Who is asked for less has `grace` to do so, and is measured by what was asked before until then: while a
/// room fills up, everybody is asked for less again and again.
///
/// Thread: owner; no clock of its own. Times are nanoseconds of any one monotonic clock.
class UplinkWatch {
 public:
  static constexpr int64_t patience = 5'000'000'000;  ///< too much for so long
  static constexpr int64_t grace = 3'000'000'000;     ///< a browser takes one, a busy one more
  static constexpr double tolerance = 1.5;  ///< times what was asked: key frames, a rate just lowered
  static constexpr int least = 50'000;      ///< bit/s: what a client is told at least

  struct Verdict {
    int cap = 0;         ///< bit/s, 0: none
    bool found = false;  ///< just now
  };
  /// `told`: the last request; nullptr: none yet. `bitrate`: what its camera sends, bit/s.
  Verdict judge(const std::string& identity, const UplinkRequest* told, double bitrate, int64_t now);
  void restart(const std::string& identity) { clients_.erase(identity); }
  int capped() const;

 private:
  struct Client {
    int asked = 0;        ///< bit/s
    int askedBefore = 0;  ///< bit/s: what counts until `graceUntil`
    int64_t graceUntil = 0;
    int64_t overSince = -1;  ///< −1: it is not
    bool ignores = false;
  };
  /// What the client is measured by, bit/s.
  static int allowance(Client& client, int asked, int64_t now);

  std::map<std::string, Client> clients_;
};

}  // namespace tributary
