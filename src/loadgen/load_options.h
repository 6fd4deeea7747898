#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "loadgen/clip.h"
#include "loadgen/receiver.h"

namespace tributary::load {

/// What `tributary-load` was asked for; `--help` tells the same.
struct LoadOptions {
  std::string url = "http://127.0.0.1:8080";
  std::string room = "load";
  int senders = 4;
  int viewers = 0;
  int probes = 1;  ///< peers that decode what they get, taken from the end
  int clocks = 1;  ///< senders whose picture bears the time, taken from the beginning
  int people = 4;  ///< different pictures; each is encoded once
  double seconds = 30;
  double warmup = 5;    ///< seconds between the last join and the measurement
  double joinRate = 5;  ///< peers a second
  CameraSpec camera;
  Receive receive = Receive::count;  ///< of those that are no probes
  double expectFps = 0;              ///< of the mix; 0: the commonest distance of frames is taken
  double loss = 0;                   ///< share of packets the relay loses, each way, 0 … 1
  double delayMs = 0;                ///< the relay adds, each way
  double jitterMs = 0;
  int linkKbits = 0;  ///< of each limited peer, each way; 0 is no limit
  struct LinkChange {
    double at = 0;  ///< seconds since measuring began
    int kbits = 0;
  };
  std::vector<LinkChange> linkChanges;  ///< of the limited peers
  int limited = 0;                      ///< how many of the last peers `link` concerns; 0: all
  pid_t serverPid = 0;
  std::string json;
  std::string html;
  bool quiet = false;

  bool needsRelay() const {
    return loss > 0 || delayMs > 0 || jitterMs > 0 || linkKbits > 0 || !linkChanges.empty();
  }
};

/// From the command line. The error says what is wrong and what would be right; `--help` prints and exits.
Result<LoadOptions> readLoadOptions(int argc, char** argv);

}  // namespace tributary::load
