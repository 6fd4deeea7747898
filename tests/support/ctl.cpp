#include "ctl.h"

#include <gio/gio.h>

#include <cstdlib>

namespace tributary::test {

CtlRun runProgram(const std::string& program, std::vector<std::string> arguments,
                  const std::vector<std::string>& environment) {
  const char* build = std::getenv("TRIBUTARY_BUILD");
  arguments.insert(arguments.begin(), std::string(build != nullptr ? build : "build") + "/" + program);
  std::vector<const char*> argv;
  for (const auto& argument : arguments)
    argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  GSubprocessLauncher* launcher = g_subprocess_launcher_new(
      GSubprocessFlags(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE));
  for (const auto& entry : environment) {
    const size_t at = entry.find('=');
    g_subprocess_launcher_setenv(launcher, entry.substr(0, at).c_str(), entry.c_str() + at + 1, TRUE);
  }
  GSubprocess* process = g_subprocess_launcher_spawnv(launcher, argv.data(), nullptr);
  g_object_unref(launcher);
  char* out = nullptr;
  char* error = nullptr;
  g_subprocess_communicate_utf8(process, nullptr, nullptr, &out, &error, nullptr);
  CtlRun run{g_subprocess_get_exit_status(process), out != nullptr ? out : "", error != nullptr ? error : ""};
  g_free(out);
  g_free(error);
  g_object_unref(process);
  return run;
}

CtlRun runCtl(const std::string& url, std::vector<std::string> arguments,
              const std::vector<std::string>& environment) {
  std::vector<std::string> all = {"TRIBUTARY_URL=" + url};
  all.insert(all.end(), environment.begin(), environment.end());
  return runProgram("tributaryctl", std::move(arguments), all);
}

}  // namespace tributary::test
