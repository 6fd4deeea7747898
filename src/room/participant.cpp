#include "room/participant.h"

namespace tributary {

Json Participant::toJson() const {
  return Json::object({{"identity", identity},
                       {"name", name},
                       {"role", role},
                       {"audioMuted", audioMuted},
                       {"videoMuted", videoMuted},
                       {"handRaised", handRaised},
                       {"screenShared", screenShared},
                       {"joinedAt", joinedAt}});
}

}  // namespace tributary
