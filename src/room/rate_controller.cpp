#include "room/rate_controller.h"

#include <algorithm>
#include <cmath>

namespace tributary {
namespace {

constexpr int64_t second = 1'000'000'000;

constexpr double videoOverhead = 1.05;    // RTP, SRTP, UDP and IP headers over packets of 1200 bytes
constexpr double audioOverhead = 24'000;  // bit/s, the same for 50 packets a second
constexpr double enough = 0.92;           // of the need: estimates are a little low
constexpr int64_t littlePatience = 1500'000'000;
constexpr double surplus = 1.05;       // the estimate over the need, before going up
constexpr double probeBeyond = 1.12;   // what padding aims at, over the need
constexpr double leastActivity = 0.3;  // of an encoder's target: what a still scene is taken for at least
constexpr int64_t activityMemory = 5 * second;
constexpr int64_t settle = second;  // after a move, before the next one down
constexpr int64_t beforeStills = 2500'000'000;
constexpr int64_t settleUp = 1500'000'000;  // … and up
constexpr int64_t firstHold = 2 * second;   // after going down, before the first probe
constexpr int64_t firstWait = 2 * second;   // after a probe that did harm
constexpr int64_t regret = 10 * second;     // going down so soon after going up was a mistake to learn from
constexpr int64_t longestRegret = 60 * second;
constexpr int64_t longestProbe = 8 * second;
constexpr int64_t trialEvery = 10 * second;  // where padding cannot tell: one rung up, to see
constexpr double deepQueue = 80;             // ms: what is sent now comes too late
constexpr double heavyLoss = 0.1;
constexpr double spread = 0.3;  // of a wait, either way

/// FNV-1a.
uint64_t hashOf(const std::string& text) {
  uint64_t out = 0xcbf29ce484222325;
  for (const char byte : text)
    out = (out ^ static_cast<uint8_t>(byte)) * 0x100000001b3;
  return out;
}

/// 0 … 1, of no order at all in either (the last steps of splitmix64).
double chanceOf(uint64_t seed, uint64_t attempt) {
  uint64_t x = seed + attempt * 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return static_cast<double>((x ^ (x >> 31)) >> 11) * 0x1p-53;
}

}  // namespace

RateController::RateController(RateSettings settings) {
  reconfigure(std::move(settings));
}

void RateController::reconfigure(RateSettings settings) {
  settings_ = std::move(settings);
  for (auto& [id, viewer] : viewers_)
    viewer.steps.clear();
}

void RateController::restart(const Id& id) {
  const auto found = viewers_.find(id);
  if (found == viewers_.end()) return;
  Viewer fresh;
  fresh.seed = found->second.seed;
  fresh.rung = found->second.rung;  // its way is likely to be the same
  fresh.caps = found->second.caps;  // so that this is no other wish
  found->second = std::move(fresh);
}

void RateController::remove(const Id& id) {
  viewers_.erase(id);
}

std::vector<RateRung> RateController::stepsFor(const RateCaps& caps) const {
  const auto& ladder = settings_.ladder;
  std::vector<RateRung> out;
  bool tooDear = false;
  for (const auto& rung : ladder) {
    const bool asked = caps.maxHeight > 0 || rung.bitrate <= ladder.front().bitrate;
    const bool fits = (caps.maxHeight == 0 || rung.height <= caps.maxHeight) &&
                      (caps.maxFramerate == 0 || rung.framerate <= caps.maxFramerate);
    const bool affordable = caps.maxBitrate == 0 || rung.bitrate <= caps.maxBitrate;
    if (asked && fits && affordable) out.push_back(rung);
    if (asked && fits && !affordable) tooDear = true;
  }
  const auto cheaper = [](const RateRung& a, const RateRung& b) { return a.bitrate < b.bitrate; };
  std::ranges::stable_sort(out, [&](const auto& a, const auto& b) { return cheaper(b, a); });
  // Nothing as small as asked for: the smallest there is. Nothing as cheap: stills.
  const bool stills = !settings_.still.empty() && (settings_.adapt || (out.empty() && tooDear));
  if (out.empty() && !ladder.empty() && !(tooDear && stills)) {
    const auto lowest = std::ranges::min_element(ladder, cheaper);
    out.push_back(*lowest);
  }
  if (stills) out.push_back({settings_.still, 0, 0, 0});
  return out;
}

double RateController::need(const RateRung& rung, double activity) const {
  return rung.bitrate * videoOverhead * activity + settings_.audioBitrate + audioOverhead;
}

/// How much of its target the present encoder uses: another will use as much of its own.
double RateController::activity(Viewer& viewer, const View& view, int64_t now) const {
  if (view.videoBitrate >= viewer.peak || now - viewer.peakAt > activityMemory) {
    viewer.peak = view.videoBitrate;
    viewer.peakAt = now;
  }
  const double target = viewer.steps[viewer.step].bitrate * videoOverhead;
  const bool settled = viewer.movedAt < 0 || now - viewer.movedAt > 2 * second;
  if (target <= 0 || viewer.peak <= 0 || !settled) return 1;
  return std::clamp(viewer.peak / target, leastActivity, 1.0);
}

/// Finds the present rung among the steps, or a place for a viewer that has none of them.
void RateController::place(Viewer& viewer, const View& view) const {
  const auto present = std::ranges::find(viewer.steps, viewer.rung, &RateRung::name);
  if (present != viewer.steps.end()) {
    viewer.step = static_cast<size_t>(present - viewer.steps.begin());
    return;
  }
  const bool knows = settings_.adapt && view.estimate.source != BandwidthEstimate::Source::none;
  viewer.step = 0;
  while (knows && viewer.step + 1 < viewer.steps.size() &&
         need(viewer.steps[viewer.step]) > view.estimate.bitrate) {
    ++viewer.step;
  }
  viewer.probing = false;
}

/// Of many viewers whom the same thing befell, each waits another time: their probes add up.
void RateController::hold(Viewer& viewer, int64_t wait, int64_t now) {
  const double chance = 2 * chanceOf(viewer.seed, ++viewer.holds) - 1;
  viewer.holdUntil = now + static_cast<int64_t>(static_cast<double>(wait) * (1 + spread * chance));
}

void RateController::endProbe(Viewer& viewer, int64_t now) const {
  viewer.probing = false;
  viewer.wait = std::clamp(viewer.wait * 3 / 2, firstWait, std::max(firstWait, settings_.probeEvery));
  hold(viewer, viewer.wait, now);
}

bool RateController::goDown(Viewer& viewer, const View& view, int64_t now) const {
  const double active = activity(viewer, view, now);
  if (!view.estimate.congested || viewer.step + 1 >= viewer.steps.size() ||
      view.estimate.bitrate >= need(viewer.steps[viewer.step], active)) {
    if (now - viewer.overloadedAt > settle) viewer.overloadedSince = -1;
    return false;
  }
  viewer.overloadedAt = now;
  if (viewer.overloadedSince < 0) viewer.overloadedSince = now;
  if (viewer.movedAt >= 0 && now - viewer.movedAt < settle) return false;
  // A little short: what the present encoder undershoots may cover it, for a while.
  const bool little = view.estimate.bitrate >= enough * need(viewer.steps[viewer.step], active);
  if (little && now - viewer.overloadedSince < littlePatience) return false;
  // Sound alone is for ways that carry no picture, not for a receiver that stumbled.
  const size_t stills = viewer.steps.back().bitrate > 0 ? viewer.steps.size() : viewer.steps.size() - 1;
  if (viewer.step + 1 == stills && (little || now - viewer.overloadedSince < beforeStills)) return false;
  do {
    ++viewer.step;
  } while (viewer.step + 1 < stills && need(viewer.steps[viewer.step], active) > view.estimate.bitrate);
  const bool regretted = viewer.upAt >= 0 && now - viewer.upAt < regret;
  viewer.failures = regretted ? viewer.failures + 1 : 0;
  viewer.probing = false;
  viewer.wait = 0;
  const int64_t penance = std::min(longestRegret, (5 * second) << std::min(viewer.failures, 4));
  hold(viewer, regretted ? penance : firstHold, now);
  return true;
}

/// What to pad to, to learn whether the next rung fits.
double RateController::probe(Viewer& viewer, const View& view, int64_t now) const {
  if (!viewer.probing) {
    viewer.probing = true;
    viewer.probingSince = now;
  } else if (now - viewer.probingSince > longestProbe) {
    endProbe(viewer, now);
    return 0;
  }
  return std::min(view.estimate.bitrate, need(viewer.steps[viewer.step - 1]) * probeBeyond);
}

bool RateController::goUp(Viewer& viewer, const View& view, int64_t now) const {
  const double wanted = need(viewer.steps[viewer.step - 1]);
  const bool proven = view.estimate.bitrate >= wanted * surplus;
  // Its own estimate, or none at all: nothing tells but a trial.
  const bool padding = view.canPad && view.estimate.source == BandwidthEstimate::Source::transportCc;
  const bool trial = !padding && view.estimate.source != BandwidthEstimate::Source::none &&
                     now - std::max(viewer.movedAt, viewer.holdUntil) > trialEvery;
  if (!proven && !trial) return false;
  --viewer.step;
  viewer.upAt = now;
  viewer.probing = false;
  viewer.wait = 0;
  viewer.holdUntil = now + settleUp;
  return true;
}

RateController::Decision RateController::decide(const Id& id, const RateCaps& caps, const View& view,
                                                int64_t now) {
  if (view.audioOnly) {
    viewers_.erase(id);
    return {};
  }
  const auto [entry, isNew] = viewers_.try_emplace(id);
  Viewer& viewer = entry->second;
  if (isNew) viewer.seed = hashOf(id);
  Decision out;
  if (!(caps == viewer.caps)) {
    viewer.rung.clear();  // another wish: a place by what is known of the way
    viewer.steps.clear();
  }
  viewer.caps = caps;
  if (viewer.steps.empty()) viewer.steps = stepsFor(caps);
  if (viewer.steps.empty()) return out;
  place(viewer, view);
  const bool reduced = view.estimate.reductions != viewer.reductions;
  viewer.reductions = view.estimate.reductions;
  const bool asked = viewer.rung != viewer.steps[viewer.step].name;
  if (!asked && settings_.adapt) {
    if (goDown(viewer, view, now)) {
      out.move = Decision::Move::down;
      out.urgent = view.estimate.queueMs > deepQueue || view.estimate.loss > heavyLoss;
    } else if (viewer.probing && reduced) {
      endProbe(viewer, now);
    } else if (viewer.step > 0 && now >= viewer.holdUntil && !view.estimate.congested && !reduced) {
      if (goUp(viewer, view, now)) {
        out.move = Decision::Move::up;
      } else if (view.canPad && view.estimate.source == BandwidthEstimate::Source::transportCc) {
        out.probeBegins = !viewer.probing;
        out.padTo = probe(viewer, view, now);
      }
    }
  }
  out.rung = viewer.steps[viewer.step].name;
  if (out.rung != viewer.rung) {
    if (!viewer.rung.empty()) viewer.movedAt = now;
    viewer.peak = 0;
  }
  viewer.rung = out.rung;
  return out;
}

int RateController::limited() const {
  return static_cast<int>(
      std::ranges::count_if(viewers_, [](const auto& entry) { return entry.second.step > 0; }));
}

int RateController::score(const Id& id, const BandwidthEstimate& estimate) const {
  const auto found = viewers_.find(id);
  const size_t below = found != viewers_.end() ? found->second.step : 0;
  const bool stills =
      found != viewers_.end() && !settings_.still.empty() && found->second.rung == settings_.still;
  if (stills || estimate.loss > 0.15 || estimate.roundTripMs > 1000) return 1;
  if (below > 1 || estimate.loss > 0.07 || estimate.roundTripMs > 600) return 2;
  if (below > 0 || estimate.loss > 0.03 || estimate.roundTripMs > 350) return 3;
  if (estimate.loss > 0.01 || estimate.roundTripMs > 200) return 4;
  return 5;
}

}  // namespace tributary
