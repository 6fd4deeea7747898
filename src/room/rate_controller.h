#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "rate/bandwidth_estimator.h"

namespace tributary {

/// One of the pictures that viewers share.
struct RateRung {
  std::string name;
  int height = 0;
  int framerate = 0;
  double bitrate = 0;  ///< bit/s, the encoder's target
};

struct RateSettings {
  bool adapt = true;             ///< else everybody gets what they ask for
  std::vector<RateRung> ladder;  ///< the first is what a client gets at most that asks for nothing
  std::string still;             ///< the rung of stills, below all others; empty: none
  double audioBitrate = 40'000;  ///< bit/s of a mix
  /// The longest wait between two tries to find out whether a way takes more, nanoseconds; each viewer's
  /// differs by up to 30 %.
  int64_t probeEvery = 6'000'000'000;
};

/// What a client said that it can take (`quality`); 0 is no limit.
struct RateCaps {
  int maxHeight = 0;
  int maxFramerate = 0;
  double maxBitrate = 0;  ///< bit/s

  bool operator==(const RateCaps&) const = default;
};

/// Which of the shared pictures each viewer gets. Down as soon as the way is overloaded and does not carry
/// the present one; up, one rung at a time, when the estimate says that the next one fits. As the estimate
/// knows of no more than has been sent, it asks for padding now and then, and waits longer each time that
/// did harm. Going down soon after going up makes the next wait longer still, so nobody moves to and fro.
///
/// Thread: owner; no clock of its own. Times are nanoseconds of any one monotonic clock.
class RateController {
 public:
  using Id = std::string;

  explicit RateController(RateSettings settings);
  void reconfigure(RateSettings settings);
  /// What is known of that viewer's way is forgotten, but for the rung that it took: they have a new
  /// connection, or none.
  void restart(const Id& id);
  void remove(const Id& id);

  struct View {
    BandwidthEstimate estimate;
    double videoBitrate = 0;  ///< bit/s of picture being sent to it, on the wire; 0: not known
    bool canPad = false;      ///< whether padding can be sent
    bool audioOnly = false;   ///< it wants no picture: it gets no rung, and has a new place when it does
  };
  struct Decision {
    std::string rung;  ///< empty: none
    /// What is sent of the old picture does not arrive: send none of it until the new one begins.
    bool urgent = false;
    bool probeBegins = false;
    double padTo = 0;  ///< bit/s that all that is sent should add up to; 0: no padding
    enum class Move { none, down, up } move = Move::none;
  };
  Decision decide(const Id& id, const RateCaps& caps, const View& view, int64_t now);

  /// How many get less than they would on a better way.
  int limited() const;

  /// How good the viewer's connection is, for people: 5 excellent … 1 bad.
  int score(const Id& id, const BandwidthEstimate& estimate) const;

 private:
  struct Viewer {
    uint64_t seed = 0;  ///< of its id
    std::string rung;
    RateCaps caps;
    std::vector<RateRung> steps;  ///< what it may get, best first, as of the last decision
    size_t step = 0;
    int64_t movedAt = -1;
    int64_t upAt = -1;
    int64_t overloadedSince = -1;  ///< −1: it is not
    int64_t overloadedAt = 0;      ///< the last time
    int64_t holdUntil = 0;         ///< no way up before
    uint64_t holds = 0;            ///< times that it was set
    int64_t wait = 0;              ///< the last one between two probes
    int failures = 0;              ///< times in a row that it went down soon after it went up
    bool probing = false;
    int64_t probingSince = 0;
    uint64_t reductions = 0;  ///< the estimator's, at the last decision
    double peak = 0;          ///< bit/s of picture, of late
    int64_t peakAt = 0;
  };

  std::vector<RateRung> stepsFor(const RateCaps& caps) const;
  double need(const RateRung& rung, double activity = 1) const;
  double activity(Viewer& viewer, const View& view, int64_t now) const;
  void place(Viewer& viewer, const View& view) const;
  bool goDown(Viewer& viewer, const View& view, int64_t now) const;
  bool goUp(Viewer& viewer, const View& view, int64_t now) const;
  static void hold(Viewer& viewer, int64_t wait, int64_t now);
  void endProbe(Viewer& viewer, int64_t now) const;
  double probe(Viewer& viewer, const View& view, int64_t now) const;

  RateSettings settings_;
  std::map<Id, Viewer> viewers_;
};

}  // namespace tributary
