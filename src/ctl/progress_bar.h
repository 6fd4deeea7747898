#pragma once

#include <cstdint>
#include <string>

namespace tributary::ctl {

/// A line on standard error that shows how far something is; nothing where that is no terminal, unless
/// `TRIBUTARY_PROGRESS=always`. Its destructor takes the line away.
class ProgressBar {
 public:
  explicit ProgressBar(std::string what);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// `share` is 0 to 1; `note` stands behind it. Drawn ten times a second at most.
  void show(double share, const std::string& note = {});

 private:
  std::string what_;
  bool visible_ = false;
  bool drawn_ = false;
  int64_t lastDrawn_ = 0;  ///< µs, monotonic
};

/// "12.3 MiB".
std::string sizeText(int64_t bytes);
/// "1:02:03" or "2:03".
std::string durationText(double seconds);

}  // namespace tributary::ctl
