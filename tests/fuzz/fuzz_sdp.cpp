// libFuzzer: offers and candidates. What passes must pass again as SdpOffer::text, unchanged.
#include <cstdlib>

#include "protocol/sdp_offer.h"

using namespace tributary;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto offer = parseOffer(text)) {
    const auto again = parseOffer(offer->text);
    if (!again || again->text != offer->text || again->media.size() != offer->media.size()) std::abort();
    if (offer->fingerprint.size() != 64 || offer->media.empty() || offer->media.size() > 3) std::abort();
  }
  if (const auto candidate = checkCandidate(text); candidate && *candidate) {
    const auto again = checkCandidate(**candidate);
    if (!again || !*again || **again != **candidate) std::abort();
  }
  return 0;
}
