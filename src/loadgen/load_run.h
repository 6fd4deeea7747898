#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/main_context.h"
#include "loadgen/cpu_meter.h"
#include "loadgen/load_options.h"
#include "loadgen/load_peer.h"

namespace tributary::load {

/// One moment of the measurement.
struct Moment {
  double at = 0;      ///< seconds since measuring began
  double server = 0;  ///< cores, since the moment before
  double own = 0;
  double framesPerSecond = 0;  ///< mean over peers
};

/// What came out.
struct LoadResult {
  LoadOptions options;
  std::string startedAt;  ///< RFC 3339
  int machineCores = 0;   ///< of the machine that this ran on
  double seconds = 0;     ///< measured
  struct Peer {
    std::string name;
    bool sends = false;
    Receive receive = Receive::count;
    std::string error;
    double joinSeconds = 0;  ///< 0: it was never connected
    Receiver::Reading reading;
    double ownPitch = 0;
  };
  std::vector<Peer> peers;
  std::vector<LatencyMeter::Sample> latency;
  int64_t latencyFrom = 0;  ///< when measuring began, on monotonicNow()'s scale
  double ownCpu = 0;        ///< cores
  uint64_t skipped = 0;     ///< frames and packets of sound that the tool was too late to send
  std::optional<double>
      serverCpu;  ///< cores; nullopt: the server's process was not given, or part of it is gone
  std::map<std::string, double> stages;  ///< cores
  CpuReading serverAtEnd;
  std::vector<Moment> moments;
  Relay::Counters relay;
};

/// The text that occurs most often; empty where there is none. Pure.
std::string commonestOf(const std::vector<std::string>& texts);

/// Joins peers one after the other, waits, measures, says goodbye. Ends early when all have failed: with an
/// error where nothing was measured, else with what there is. Thread: owner.
class LoadRun {
 public:
  LoadRun(LoadOptions options, std::function<void(Result<LoadResult>)> onDone);
  ~LoadRun();

  void start();
  /// Measures no longer and ends with what there is.
  void stop();

 private:
  enum class Phase { encoding, joining, warmingUp, measuring, leaving };

  Result<void> prepare();
  PeerPlan planFor(int index) const;
  void joinNext();
  bool endedForWantOfPeers();
  uint64_t skipped() const;
  bool isLimited(int index) const;
  void changeLink(int kbits);
  void warmUp();
  void measure();
  void everySecond();
  void progress();
  void findClocks();
  void finish();
  void leave();
  std::vector<pid_t> serverProcesses() const;
  int connected() const;

  LoadOptions options_;
  std::function<void(Result<LoadResult>)> onDone_;
  Phase phase_ = Phase::encoding;
  std::unique_ptr<Relay> relay_;
  Studio studio_;
  std::vector<std::shared_ptr<const Voice>> voices_;
  std::vector<std::unique_ptr<LoadPeer>> peers_;
  LoadResult result_;
  CpuReading serverBefore_;
  double ownBefore_ = 0;
  uint64_t skippedBefore_ = 0;
  int64_t phaseFrom_ = 0;
  double serverLast_ = 0;
  double ownLast_ = 0;
  int64_t momentLast_ = 0;
  uint64_t framesLast_ = 0;
  Timer joining_;
  Timer ticking_;
  Timer ending_;
  std::vector<Timer> linkTimers_;
};

}  // namespace tributary::load
