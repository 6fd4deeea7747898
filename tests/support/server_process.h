#pragma once

#include <gio/gio.h>

#include <map>
#include <string>
#include <vector>

namespace tributary::test {

/// The real `tributary` (from TRIBUTARY_BUILD) with a configuration and profile of the test's own. Thread:
/// main loop.
class ServerProcess {
 public:
  /// `config` and `profile` are JSON objects laid over small defaults.
  explicit ServerProcess(const std::string& config = "{}", const std::string& profile = "{}");
  ~ServerProcess();

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  /// Saves a pipeline profile as editors do: written beside, then renamed.
  void saveProfile(const std::string& profile, const std::string& name = "default") const;
  const std::string& folder() const { return dir_; }
  int pid() const;
  /// Where it keeps recordings.
  std::string stateDir() const { return dir_ + "/state"; }
  /// Kills it with SIGKILL and starts it again on the same state and port.
  void killAndRestart();
  /// Room processes (children), spares included.
  std::vector<int> children() const;
  /// /metrics, by "name" or "name{labels}".
  std::map<std::string, double> metrics() const;
  /// What was logged so far.
  std::string log() const;
  /// Lines of the log that tell of a GLib or GStreamer critical or warning.
  std::vector<std::string> complaints() const;

 private:
  void start();

  std::string dir_;
  int port_ = 0;
  GSubprocess* process_ = nullptr;
};

struct ProcessSize {
  int threads = 0;
  int files = 0;
};
ProcessSize sizeOf(int pid);

/// CPU that a process's threads of that name have used so far, or all that it has now; in seconds, to the ns.
double threadCpu(int pid, const std::string& name = "");

/// The body of a GET, or "" when it fails. Does not run the main loop.
std::string httpGet(const std::string& url);

}  // namespace tributary::test
