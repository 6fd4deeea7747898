// `tributary-load`: options, wiring, exit codes.
#include <glib-unix.h>
#include <gst/gst.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>

#include "base/log.h"
#include "base/main_context.h"
#include "loadgen/load_report.h"
#include "media/dtls_handshake.h"

using namespace tributary;

namespace {

/// Exit codes: 0 measured, 1 nothing was measured or a peer failed, 2 wrong options, or files that cannot be
/// written.
constexpr int exitFailure = 1;
constexpr int exitUsage = 2;

/// A peer takes some twenty descriptors.
void raiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// Whether the file may be written in the end, which would be late to hear. Creates it.
bool canWrite(const std::string& path) {
  if (path.empty() || std::ofstream(path, std::ios::app)) return true;
  std::fprintf(stderr, "tributary-load: cannot write %s: %s\n", path.c_str(), std::strerror(errno));
  return false;
}

bool writeFile(const std::string& path, const std::string& text) {
  if (path.empty()) return true;
  std::ofstream file(path);
  file << text;
  file.close();
  if (file) return true;
  std::fprintf(stderr, "tributary-load: cannot write %s\n", path.c_str());
  return false;
}

int report(const Result<load::LoadResult>& result) {
  if (!result) {
    std::fprintf(stderr, "tributary-load: %s\n", result.error().message.c_str());
    return exitFailure;
  }
  std::fputs(load::textReport(*result).c_str(), stdout);
  const Json json = load::jsonReport(*result);
  const bool jsonWritten = writeFile(result->options.json, json.dump(true));
  const bool htmlWritten = writeFile(result->options.html, load::htmlReport(*result));
  return jsonWritten && htmlWritten && json["failedPeers"].integerOr(0) == 0 ? 0 : exitFailure;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = load::readLoadOptions(argc, argv);
  if (!options) {
    std::fprintf(stderr, "tributary-load: %s\n", options.error().message.c_str());
    return exitUsage;
  }
  if (!canWrite(options->json) || !canWrite(options->html)) return exitUsage;
  raiseFileLimit();
  log::captureGlib();
  main_context::claim();
  gst_init(nullptr, nullptr);
  if (!shapeDtlsHandshakes()) log::warning("load.dtlsUnshaped");
  const std::unique_ptr<GMainLoop, decltype(&g_main_loop_unref)> loop(g_main_loop_new(nullptr, FALSE),
                                                                      g_main_loop_unref);
  int exitCode = exitFailure;
  load::LoadRun run(*options, [&](const Result<load::LoadResult>& result) {
    exitCode = report(result);
    g_main_loop_quit(loop.get());
  });
  const auto onSignal = [](gpointer data) -> gboolean {
    static_cast<load::LoadRun*>(data)->stop();
    return G_SOURCE_CONTINUE;
  };
  g_unix_signal_add(SIGINT, onSignal, &run);
  g_unix_signal_add(SIGTERM, onSignal, &run);
  main_context::post([&run] { run.start(); });
  g_main_loop_run(loop.get());
  return exitCode;
}
