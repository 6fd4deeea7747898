// `tributary`: options, wiring, exit codes.
#include <gio/gio.h>
#include <glib-unix.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "base/end_process.h"
#include "base/log.h"
#include "base/main_context.h"
#include "config/layout_files.h"
#include "config/pipeline_profile.h"
#include "config/profile_store.h"
#include "config/server_config.h"
#include "glib/object_ptr.h"
#include "protocol/message_schema.h"
#include "server/tributary_server.h"

using namespace tributary;

namespace {

/// Exit codes: 0 stopped by a signal or nothing left to do, 1 could not start, 2 wrong options or settings.
constexpr int exitFailure = 1;
constexpr int exitUsage = 2;
constexpr std::chrono::seconds profileDeadline{20};

struct Options {
  std::unique_ptr<char, GFree> config;
  std::unique_ptr<char, GFree> listen;
  std::unique_ptr<char, GFree> stateDir;
  bool checkConfig = false;
  bool printSchema = false;
  bool printProfileSchema = false;
  bool printMessageSchema = false;
  bool version = false;
  bool insecureOpen = false;
};

Result<Options> readOptions(int argc, char** argv) {
  char* config = nullptr;
  char* listen = nullptr;
  char* stateDir = nullptr;
  gboolean check = FALSE;
  gboolean schema = FALSE;
  gboolean profileSchema = FALSE;
  gboolean messageSchema = FALSE;
  gboolean version = FALSE;
  gboolean insecure = FALSE;
  const GOptionEntry entries[] = {
      {"config", 'c', 0, G_OPTION_ARG_FILENAME, &config, "Settings (JSON with /* comments */)", "FILE"},
      {"listen", 'l', 0, G_OPTION_ARG_STRING, &listen, "Address to listen on (127.0.0.1:8080)", "HOST:PORT"},
      {"state-dir", 's', 0, G_OPTION_ARG_FILENAME, &stateDir, "Where recordings and other state go", "DIR"},
      {"check-config", 0, 0, G_OPTION_ARG_NONE, &check, "Check the settings and exit", nullptr},
      {"print-schema", 0, 0, G_OPTION_ARG_NONE, &schema, "Print a JSON Schema of the settings and exit",
       nullptr},
      {"print-profile-schema", 0, 0, G_OPTION_ARG_NONE, &profileSchema,
       "Print a JSON Schema of pipeline profiles and exit", nullptr},
      {"print-message-schema", 0, 0, G_OPTION_ARG_NONE, &messageSchema,
       "Print a JSON Schema of what clients say and exit", nullptr},
      {"insecure-open", 0, 0, G_OPTION_ARG_NONE, &insecure, "Let everybody on the network in, without tokens",
       nullptr},
      {"version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version and exit", nullptr},
      {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
  const std::unique_ptr<GOptionContext, decltype(&g_option_context_free)> context(
      g_option_context_new("- WebRTC mixing conference server"), g_option_context_free);
  g_option_context_add_main_entries(context.get(), entries, nullptr);
  GError* error = nullptr;
  const bool parsed = g_option_context_parse(context.get(), &argc, &argv, &error) != FALSE;
  Options out{std::unique_ptr<char, GFree>(config),
              std::unique_ptr<char, GFree>(listen),
              std::unique_ptr<char, GFree>(stateDir),
              check != FALSE,
              schema != FALSE,
              profileSchema != FALSE,
              messageSchema != FALSE,
              version != FALSE,
              insecure != FALSE};
  if (!parsed) return tl::unexpected(takeError(error, ErrorCode::badRequest, "wrong options"));
  if (argc > 1)
    return fail(ErrorCode::badRequest, std::string("wrong options: what is \"") + argv[1] + "\"?");
  return out;
}

/// The first of `candidates` below the executable's folder that exists; the last one when none does.
std::string beside(std::initializer_list<const char*> candidates) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  fs::path found;
  for (const char* candidate : candidates) {
    found = (folder / candidate).lexically_normal();
    if (fs::exists(found, ignored)) break;
  }
  return found.string();
}

void fillPlaces(ServerConfig& config) {
  if (config.rooms.program.empty()) config.rooms.program = beside({"tributary-room"});
  if (config.rooms.profilesDir.empty()) {
    config.rooms.profilesDir = beside({"../pipelines", "../share/tributary/pipelines"});
  }
  if (config.stateDir.empty()) config.stateDir = std::string(g_get_user_state_dir()) + "/tributary";
}

Result<ServerConfig> settings(const Options& options) {
  auto config =
      options.config ? loadServerConfig(options.config.get()) : Result<ServerConfig>(ServerConfig());
  if (!config) return config;
  if (options.listen) {
    auto listen = parseListen(options.listen.get());
    if (!listen) return fail(ErrorCode::badRequest, "--listen: " + listen.error().message);
    config->listen = *listen;
  }
  if (options.stateDir) config->stateDir = options.stateDir.get();
  fillPlaces(*config);
  return config;
}

/// There are no tokens yet, so every server is open: fit for one's own machine only.
Result<void> checkOpenMode(const ServerConfig& config, bool insecureOpen) {
  const std::string& host = config.listen.host;
  if (isLoopback(host)) {
    log::info("server.openMode",
              {{"note", "no tokens: whoever reaches this server may join, and moderate, any room"},
               {"host", host}});
    return {};
  }
  if (insecureOpen) {
    log::warning(
        "server.insecureOpen",
        {{"note", "no tokens: everybody on the network may join, and moderate, any room"}, {"host", host}});
    return {};
  }
  return fail(ErrorCode::forbidden, "refusing to listen on " + host +
                                        " in open mode: without tokens everybody who reaches this address "
                                        "could join, and moderate, any room. Listen on 127.0.0.1, or say "
                                        "--insecure-open if that is what you want");
}

/// Each room costs a few descriptors, each session one.
void raiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int usage(const Error& error) {
  std::fprintf(stderr, "tributary: %s\n", error.message.c_str());
  return exitUsage;
}

/// Tells every mistake of the layouts beside the profiles; whether there was none.
bool checkLayouts(const std::vector<SharedLayout>& layouts) {
  bool right = true;
  for (const auto& layout : layouts) {
    for (const auto& mistake : layout.mistakes) {
      std::printf("layouts/%s.json: %s\n", layout.name.c_str(), mistake.c_str());
      right = false;
    }
  }
  return right;
}

/// Every profile, encoders included, which takes the room program, and every layout.
int checkProfiles(const ServerConfig& config) {
  main_context::claim();
  const auto& rooms = config.rooms;
  const auto names = profileNames(rooms.profilesDir);
  const auto layouts = sharedLayouts(rooms.profilesDir);
  int code = checkLayouts(layouts) ? 0 : exitUsage;
  if (const auto right = TributaryServer::check(config); !right) {
    std::printf("%s\n", right.error().message.c_str());
    code = exitUsage;
  }
  for (const auto& name : names) {
    const auto checked =
        checkProfileWith(rooms.program, rooms.profilesDir + "/" + name + ".json", profileDeadline);
    if (checked) continue;
    std::printf("%s\n", checked.error().message.c_str());
    code = exitUsage;
  }
  if (rooms.profile != "default" && std::ranges::find(names, rooms.profile) == names.end()) {
    std::printf("$.rooms.profile: there is no %s/%s.json\n", rooms.profilesDir.c_str(),
                rooms.profile.c_str());
    code = exitUsage;
  }
  if (code == 0)
    std::printf("right: the settings, profiles (%zu), layouts (%zu)\n", names.size(), layouts.size());
  return code;
}

int run(const ServerConfig& config) {
  const std::unique_ptr<GMainLoop, decltype(&g_main_loop_unref)> loop(g_main_loop_new(nullptr, FALSE),
                                                                      g_main_loop_unref);
  TributaryServer server(config);
  if (const auto started = server.start(); !started) {
    log::error("server.startFailed", {{"error", started.error().message}});
    return started.error().code == ErrorCode::badRequest ? exitUsage : exitFailure;
  }
  std::function<void()> stop = [&server, &loop] { server.stop([&loop] { g_main_loop_quit(loop.get()); }); };
  const auto onSignal = [](gpointer data) -> gboolean {
    (*static_cast<std::function<void()>*>(data))();
    return G_SOURCE_CONTINUE;
  };
  g_unix_signal_add(SIGTERM, onSignal, &stop);
  g_unix_signal_add(SIGINT, onSignal, &stop);
  const auto onHangup = [](gpointer data) -> gboolean {
    static_cast<TributaryServer*>(data)->profiles().reload();
    return G_SOURCE_CONTINUE;
  };
  g_unix_signal_add(SIGHUP, onHangup, &server);
  g_main_loop_run(loop.get());
  log::info("server.stopped");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = readOptions(argc, argv);
  if (!options) return usage(options.error());
  if (options->version) {
    std::printf("tributary %s\n", TRIBUTARY_VERSION);
    return 0;
  }
  if (options->printSchema) {
    std::printf("%s\n", serverConfigSchema().dump(true).c_str());
    return 0;
  }
  if (options->printProfileSchema) {
    std::printf("%s\n", pipelineProfileSchema().dump(true).c_str());
    return 0;
  }
  if (options->printMessageSchema) {
    std::printf("%s\n", clientMessageSchema().dump(true).c_str());
    return 0;
  }
  const auto config = settings(*options);
  if (!config) return usage(config.error());
  if (options->checkConfig) {
    return checkProfiles(*config);
  }
  main_context::claim();
  log::captureGlib();
  std::signal(SIGPIPE, SIG_IGN);
  raiseFileLimit();
  if (const auto open = checkOpenMode(*config, options->insecureOpen); !open) return usage(open.error());
  endProcess(run(*config));
}
