#include "ctl/progress_bar.h"

#include <glib.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace tributary::ctl {
namespace {

constexpr int barWidth = 30;
constexpr int64_t redrawTime = 100'000;  // µs
constexpr const char* eraseLine = "\r\033[K";

}  // namespace

ProgressBar::ProgressBar(std::string what) : what_(std::move(what)) {
  const bool always = g_strcmp0(g_getenv("TRIBUTARY_PROGRESS"), "always") == 0;
  visible_ = always || ::isatty(STDERR_FILENO) != 0;
}

ProgressBar::~ProgressBar() {
  if (drawn_) std::fputs(eraseLine, stderr);
}

void ProgressBar::show(double share, const std::string& note) {
  const int64_t now = g_get_monotonic_time();
  if (!visible_ || (drawn_ && now - lastDrawn_ < redrawTime)) return;
  drawn_ = true;
  lastDrawn_ = now;
  share = std::clamp(share, 0.0, 1.0);
  const auto full = static_cast<size_t>(std::lround(share * barWidth));
  const std::string bar = std::string(full, '#') + std::string(barWidth - full, '.');
  std::fprintf(stderr, "%s%s [%s] %3.0f%% %s", eraseLine, what_.c_str(), bar.c_str(), share * 100,
               note.c_str());
  std::fflush(stderr);
}

std::string sizeText(int64_t bytes) {
  constexpr std::array<const char*, 5> units = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  for (; value >= 1024 && unit + 1 < units.size(); ++unit)
    value /= 1024;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, units.at(unit));
  return text.data();
}

std::string durationText(double seconds) {
  const auto whole = static_cast<int64_t>(std::llround(seconds));
  std::array<char, 32> text{};
  if (whole >= 3600) {
    std::snprintf(text.data(), text.size(), "%d:%02d:%02d", static_cast<int>(whole / 3600),
                  static_cast<int>(whole / 60 % 60), static_cast<int>(whole % 60));
  } else {
    std::snprintf(text.data(), text.size(), "%d:%02d", static_cast<int>(whole / 60),
                  static_cast<int>(whole % 60));
  }
  return text.data();
}

}  // namespace tributary::ctl
