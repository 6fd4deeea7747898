#pragma once

#include <string>
#include <vector>

#include "glib/json.h"
#include "loadgen/load_run.h"

namespace tributary::load {

/// Quantiles of a set of numbers; all 0 when it is empty. Pure.
struct Spread {
  size_t count = 0;
  double median = 0;
  double p95 = 0;
  double p99 = 0;
  double max = 0;
};
Spread spreadOf(std::vector<double> values);

/// As the option has it. Pure.
const char* nameOf(Receive receive);

/// Of one peer, derived from its meters.
struct PeerSummary {
  double framesPerSecond = 0;
  double framesShare = 0;  ///< shown of expected, 0 … 1
  double freezeShare = 0;  ///< frozen seconds of all
  double bitrate = 0;      ///< bit/s, RTP bytes of video
  double videoLoss = 0;    ///< 0 … 1
  double audioLoss = 0;
};
PeerSummary summaryOf(const LoadResult::Peer& peer, double seconds);

/// Whose voices a probe heard, of those it could have.
struct Tones {
  int heard = 0;
  int others = 0;
  double own = -120;  ///< dBFS of the own voice; −120: it does not send
};
Tones tonesOf(const LoadResult::Peer& peer);

/// Over the peers that did not fail.
struct Totals {
  size_t measured = 0;
  double worstShare = 1;
  double freezeShare = 0;
  uint64_t freezes = 0;
  uint64_t audioGaps = 0;
  std::vector<std::string> failures;  ///< of the others, by name
  std::vector<double> fps, bitrates, longest;
  std::vector<double> joins;  ///< of all that were connected once
};
Totals totalsOf(const LoadResult& result);

/// Of each picture with a clock in it, ms: glass to glass, or through the server.
std::vector<double> latencies(const LoadResult& result, bool glass);

/// All of it, for programs. docs/guides/size-a-machine.md describes the fields. Pure.
Json jsonReport(const LoadResult& result);

/// A few lines for people. Pure.
std::string textReport(const LoadResult& result);

/// A self-contained page with plots. Pure.
std::string htmlReport(const LoadResult& result);

}  // namespace tributary::load
