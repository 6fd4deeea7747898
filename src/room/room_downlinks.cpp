// Room: which rendition goes to whom; who sends more than asked.
#include <algorithm>
#include <optional>

#include "base/log.h"
#include "media/ticker.h"
#include "room/room.h"

namespace tributary {
namespace {

constexpr int shortestDrain = 200;  // ms; a queue that has begun to grow is longer than was told
constexpr int longestDrain = 350;
constexpr int grown = 2;  // times: what is told of the queue is as old as the queue is long

}  // namespace

void Room::steerDownlinks() {
  for (const auto& person : people_)
    steerDownlink(*person);
}

void Room::steerDownlink(Participant& person) {
  using Move = RateController::Decision::Move;
  const auto link = media_->downlink(person.identity).value_or(MediaPipeline::Downlink{});
  const RateController::View view{link.estimate, link.videoBitrate, link.canPad, person.audioOnly};
  const auto decision = rates_.decide(person.identity, person.caps, view, monotonicNow());
  if (person.audioOnly) return media_->pad(person.identity, 0);
  std::optional<std::chrono::milliseconds> drain;
  if (decision.urgent)
    drain = std::chrono::milliseconds(
        std::clamp(static_cast<int>(grown * link.estimate.queueMs), shortestDrain, longestDrain));
  media_->setRendition(person.identity, decision.rung, drain);
  media_->pad(person.identity, decision.padTo);
  if (decision.probeBegins) ++moves_.probes;
  if (decision.move == Move::none) return;
  const bool down = decision.move == Move::down;
  ++(down ? moves_.down : moves_.up);
  log::info("downlink.moved", {{"participant", person.identity},
                               {"rendition", decision.rung},
                               {"direction", down ? "down" : "up"},
                               {"kbits", static_cast<int>(link.estimate.bitrate / 1000)},
                               {"lossPercent", static_cast<int>(link.estimate.loss * 100)},
                               {"queueMs", static_cast<int>(link.estimate.queueMs)},
                               {"roundTripMs", static_cast<int>(link.estimate.roundTripMs)}});
}

void Room::watchUplinks() {
  for (const auto& person : people_) {
    const double bitrate = media_->cameraBitrate(person->identity);
    const auto* told = uplinks_.told(person->identity);
    const auto verdict = uplinkWatch_.judge(person->identity, told, bitrate, monotonicNow());
    media_->capUplink(person->identity, verdict.cap);
    if (!verdict.found) continue;
    log::warning("uplink.ignored", {{"participant", person->identity},
                                    {"askedKbits", verdict.cap / 1000},
                                    {"sendsKbits", static_cast<int>(bitrate / 1000)}});
    warnOfUplink(*person, verdict.cap, bitrate);
  }
}

void Room::warnOfUplink(const Participant& person, int asked, double bitrate) {
  if (person.sessionId.empty()) return;
  const auto kbits = [](double bits) { return std::to_string(static_cast<int>(bits / 1000)) + " kbit/s"; };
  outlet_.send(Json::array({person.sessionId}),
               Json::object({{"type", "warning"},
                             {"code", "videoRequestIgnored"},
                             {"message", "this client's camera sends " + kbits(bitrate) +
                                             ", but requestVideo asked for " + kbits(asked) +
                                             " at most: obey it, or REMB, which says the same from now on"},
                             {"source", "camera"},
                             {"maxBitrate", asked},
                             {"bitrate", static_cast<int>(bitrate)}}));
}

void Room::watchFloods() {
  for (const auto& person : people_) {
    const uint64_t rests = media_->floodRests(person->identity);
    const bool floods = rests > person->floodRests;
    person->floodRests = rests;
    if (floods && !person->floods) log::warning("uplink.flood", {{"participant", person->identity}});
    person->floods = floods;
  }
}

}  // namespace tributary
