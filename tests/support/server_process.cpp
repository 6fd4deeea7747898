#include "server_process.h"

#include <libsoup/soup.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "glib/json.h"
#include "test_peer.h"

namespace tributary::test {
namespace {

std::string readFile(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

int freePort() {
  GSocketListener* listener = g_socket_listener_new();
  const int port = g_socket_listener_add_any_inet_port(listener, nullptr, nullptr);
  g_socket_listener_close(listener);
  g_object_unref(listener);
  return port;
}

int entries(const std::string& directory) {
  std::error_code error;
  int count = 0;
  for (auto it = std::filesystem::directory_iterator(directory, error);
       !error && it != std::filesystem::directory_iterator(); it.increment(error)) {
    ++count;
  }
  return count;
}

}  // namespace

ServerProcess::ServerProcess(const std::string& config, const std::string& profile) : port_(freePort()) {
  char name[] = "/tmp/tributary-test-XXXXXX";
  dir_ = mkdtemp(name);
  std::filesystem::create_directories(dir_ + "/profiles");
  Json pipeline = Json::parse(profile).value();
  // Renditions are counted here: a receiver on a loaded machine must not change them.
  if (!pipeline.has("rate")) pipeline.set("rate", Json::object({{"adapt", false}}));
  std::ofstream(dir_ + "/profiles/default.json") << pipeline.dump();
  Json settings = Json::parse(config).value();
  Json rooms = settings["rooms"].isObject() ? settings["rooms"] : Json::object();
  if (!rooms.has("saveWhenBusy")) rooms.set("saveWhenBusy", false);  // frames are counted here
  settings.set("rooms", rooms.set("profilesDir", dir_ + "/profiles"));
  std::ofstream(dir_ + "/config.json") << settings.dump();
  start();
}

void ServerProcess::start() {
  const char* build = std::getenv("TRIBUTARY_BUILD");
  const std::string programs = build != nullptr ? build : "build";
  GSubprocessLauncher* launcher = g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
  g_subprocess_launcher_set_stderr_file_path(launcher, (dir_ + "/log").c_str());
  // The kernel ends it with us: else a test that crashed would leave it behind, holding what meson reads
  // from.
  process_ = g_subprocess_launcher_spawn(
      launcher, nullptr, "setpriv", "--pdeathsig", "KILL", (programs + "/tributary").c_str(), "--config",
      (dir_ + "/config.json").c_str(), "--state-dir", (dir_ + "/state").c_str(), "--listen",
      ("127.0.0.1:" + std::to_string(port_)).c_str(), nullptr);
  g_object_unref(launcher);
  const double until = now() + 60;
  while (httpGet(url() + "/healthz").empty() && now() < until)
    g_usleep(20'000);
}

ServerProcess::~ServerProcess() {
  if (process_ != nullptr) {
    g_subprocess_send_signal(process_, SIGTERM);
    g_subprocess_wait(process_, nullptr, nullptr);
    g_object_unref(process_);
  }
  std::error_code ignored;
  std::filesystem::remove_all(dir_, ignored);
}

void ServerProcess::killAndRestart() {
  g_subprocess_send_signal(process_, SIGKILL);
  g_subprocess_wait(process_, nullptr, nullptr);
  g_object_unref(std::exchange(process_, nullptr));
  start();
}

void ServerProcess::saveProfile(const std::string& profile, const std::string& name) const {
  const std::string path = dir_ + "/profiles/" + name + ".json";
  std::ofstream(path + ".new") << profile;
  std::filesystem::rename(path + ".new", path);
}

int ServerProcess::pid() const {
  return std::atoi(g_subprocess_get_identifier(process_));
}

std::vector<int> ServerProcess::children() const {
  const std::string pid = std::to_string(this->pid());
  std::istringstream list(readFile("/proc/" + pid + "/task/" + pid + "/children"));
  std::vector<int> out;
  for (int child = 0; list >> child;)
    out.push_back(child);
  return out;
}

std::map<std::string, double> ServerProcess::metrics() const {
  std::map<std::string, double> out;
  std::istringstream text(httpGet(url() + "/metrics"));
  for (std::string line; std::getline(text, line);) {
    const size_t space = line.rfind(' ');
    if (line.empty() || line[0] == '#' || space == std::string::npos) continue;
    out[line.substr(0, space)] = std::atof(line.c_str() + space);
  }
  return out;
}

std::string ServerProcess::log() const {
  return readFile(dir_ + "/log");
}

namespace {

/// GStreamer 1.22: while it walks its sources for a report, rtpsession gives up its lock to ask for a clock
/// rate; a source that comes just then makes GLib end that walk, before it touches anything.
bool isHarmless(const std::string& line) {
  return line.find("g_hash_table_foreach: assertion 'version == hash_table->version'") != std::string::npos &&
         line.find("libgstrtpmanager") != std::string::npos;
}

}  // namespace

std::vector<std::string> ServerProcess::complaints() const {
  std::vector<std::string> out;
  std::istringstream text(log());
  for (std::string line; std::getline(text, line);) {
    const bool glib =
        line.find("event=glib") != std::string::npos &&
        (line.find("kind=critical") != std::string::npos || line.find("kind=warning") != std::string::npos);
    const bool alarm = glib || line.find("CRITICAL") != std::string::npos;
    if (alarm && !isHarmless(line)) out.push_back(line);
  }
  return out;
}

ProcessSize sizeOf(int pid) {
  const std::string base = "/proc/" + std::to_string(pid);
  return {entries(base + "/task"), entries(base + "/fd")};
}

double threadCpu(int pid, const std::string& name) {
  double out = 0;
  std::error_code gone;
  const std::string base = "/proc/" + std::to_string(pid) + "/task";
  for (const auto& task : std::filesystem::directory_iterator(base, gone)) {
    std::string comm;
    std::getline(std::ifstream(task.path() / "comm") >> std::ws, comm);
    double nanoseconds = 0;
    if (name.empty() || comm == name) std::ifstream(task.path() / "schedstat") >> nanoseconds;
    out += nanoseconds * 1e-9;
  }
  return out;
}

std::string httpGet(const std::string& url) {
  SoupSession* session = soup_session_new();
  SoupMessage* message = soup_message_new("GET", url.c_str());
  GBytes* bytes = soup_session_send_and_read(session, message, nullptr, nullptr);
  std::string out;
  if (bytes != nullptr && soup_message_get_status(message) == 200) {
    gsize size = 0;
    const auto* data = static_cast<const char*>(g_bytes_get_data(bytes, &size));
    out.assign(data, size);
  }
  if (bytes != nullptr) g_bytes_unref(bytes);
  g_object_unref(message);
  g_object_unref(session);
  return out;
}

}  // namespace tributary::test
