#pragma once

#include <string>

#include "base/main_context.h"
#include "base/token_bucket.h"
#include "glib/json.h"
#include "room/rate_controller.h"

namespace tributary {

/// Somebody in the room, whether or not they are connected at the moment.
struct Participant {
  std::string identity;
  std::string name;
  std::string role = "participant";
  std::string sessionId;  ///< of the client that speaks for them; empty while their connection is lost
  std::string joinedAt;   ///< RFC 3339
  bool audioMuted = false;
  bool videoMuted = false;
  bool handRaised = false;
  bool screenShared = false;
  RateCaps caps;             ///< what their client said that it can take
  bool audioOnly = false;    ///< likewise
  int connectionScore = -1;  ///< last sent; −1 is none yet
  uint64_t floodRests = 0;   ///< MediaPipeline's, a moment ago
  bool floods = false;       ///< it grew since the moment before
  /// Each builds a pipeline and takes one down; a client needs one, and a few more on a bad way.
  TokenBucket offers{0.5, 5, TokenBucket::Clock::now()};
  Timer departure;  ///< runs while the connection is lost

  /// As clients see it (docs/protocol.md).
  Json toJson() const;
};

}  // namespace tributary
