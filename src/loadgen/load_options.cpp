#include "loadgen/load_options.h"

#include <glib.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "glib/object_ptr.h"

namespace tributary::load {
namespace {

/// GOption's view of the options: C types that it fills.
struct Raw {
  char* url = nullptr;
  char* room = nullptr;
  char* size = nullptr;
  char* codec = nullptr;
  char* receive = nullptr;
  char* linkAt = nullptr;
  char* json = nullptr;
  char* html = nullptr;
  double loss = 0;
  int serverPid = 0;
  gboolean quiet = FALSE;
};

std::string take(char* text, const std::string& fallback) {
  const std::unique_ptr<char, GFree> owned(text);
  return owned ? owned.get() : fallback;
}

Result<Receive> receiveFrom(const std::string& name, bool relay) {
  if (name.empty()) return relay ? Receive::full : Receive::count;
  if (name == "count" && relay) {
    return fail(
        ErrorCode::badRequest,
        "--receive: nobody asks again for what is lost while counting: behind a relay (--loss, --delay, "
        "--jitter, --link, --link-at) it must be full");
  }
  if (name == "count") return Receive::count;
  if (name == "full") return Receive::full;
  return fail(ErrorCode::badRequest, "--receive: '" + name + "' must be count or full");
}

Result<void> check(const LoadOptions& o) {
  const auto within = [](const char* name, double value, double low, double high) -> Result<void> {
    if (value >= low && value <= high) return {};
    char text[160];
    std::snprintf(text, sizeof text, "%s: %g must be %g to %g", name, value, low, high);
    return fail(ErrorCode::badRequest, text);
  };
  for (const auto& result :
       {within("--senders", o.senders, 0, 1000), within("--viewers", o.viewers, 0, 5000),
        within("--senders plus --viewers", o.senders + o.viewers, 1, 5000),
        within("--probes", o.probes, 0, 50), within("--clocks", o.clocks, 0, 10),
        within("--people", o.people, 1, 50), within("--duration", o.seconds, 1, 86'400),
        within("--warmup", o.warmup, 0, 600), within("--join-rate", o.joinRate, 0.1, 100),
        within("--fps", o.camera.framerate, 1, 60),
        within("--bitrate", o.camera.bitrate / 1000.0, 30, 20'000),
        within("--expect-fps", o.expectFps, 0, 60), within("--loss", o.loss * 100, 0, 90),
        within("--delay", o.delayMs, 0, 5000), within("--jitter", o.jitterMs, 0, 5000),
        within("--link", o.linkKbits, 0, 1'000'000),
        within("--limited", o.limited, 0, o.senders + o.viewers)}) {
    if (!result) return result;
  }
  return {};
}

Result<void> sizeFrom(const std::string& text, CameraSpec& camera) {
  int used = 0;
  if (std::sscanf(text.c_str(), "%dx%d%n", &camera.width, &camera.height, &used) == 2 &&
      static_cast<size_t>(used) == text.size() && camera.width % 2 == 0 && camera.height % 2 == 0 &&
      camera.width >= 64 && camera.height >= 36 && camera.width <= 1920 && camera.height <= 1080) {
    return {};
  }
  return fail(ErrorCode::badRequest,
              "--size: '" + text + "' must be WIDTHxHEIGHT, even, from 64x36 to 1920x1080");
}

/// Options that are right by themselves, but not together.
Result<void> checkTogether(const LoadOptions& o) {
  const CameraSpec& camera = o.camera;
  if (camera.codec != "VP8" && camera.codec != "VP9" && camera.codec != "H264")
    return fail(ErrorCode::badRequest, "--codec: '" + camera.codec + "' must be VP8, VP9 or H264");
  // As near as even numbers come: 854x480. A tile cuts off what is beyond, and with it the time code.
  if (o.clocks > 0 && std::abs(camera.width * 9 - camera.height * 16) > 18) {
    return fail(
        ErrorCode::badRequest,
        "--size: to be read in a tile, the time must be in a picture of 16:9, like 640x360; any other "
        "size needs --clocks 0");
  }
  if (o.limited > 0 && o.linkKbits == 0 && o.linkChanges.empty())
    return fail(ErrorCode::badRequest, "--limited: there is no --link or --link-at that it would concern");
  for (const auto& change : o.linkChanges) {
    if (change.at < o.seconds) continue;
    char text[160];
    std::snprintf(text, sizeof text, "--link-at: %g s is not within the --duration of %g s", change.at,
                  o.seconds);
    return fail(ErrorCode::badRequest, text);
  }
  return {};
}

Result<void> checkPid(pid_t pid) {
  if (pid == 0 || (pid > 0 && access(("/proc/" + std::to_string(pid) + "/stat").c_str(), R_OK) == 0))
    return {};
  return fail(ErrorCode::badRequest,
              "--server-pid: there is no process " + std::to_string(pid) + " on this machine");
}

/// "10:500,40:0" → 500 kbit/s after 10 s, no limit after 40 s.
Result<std::vector<LoadOptions::LinkChange>> linkChangesFrom(const std::string& text) {
  std::vector<LoadOptions::LinkChange> out;
  std::istringstream items(text);
  for (std::string item; std::getline(items, item, ',');) {
    LoadOptions::LinkChange change;
    int used = 0;
    if (std::sscanf(item.c_str(), "%lf:%d%n", &change.at, &change.kbits, &used) != 2 ||
        static_cast<size_t>(used) != item.size() || change.at < 0 || change.kbits < 0) {
      return fail(ErrorCode::badRequest, "--link-at: '" + item + "' must be SECONDS:KBIT/S, like 10:500");
    }
    out.push_back(change);
  }
  return out;
}

Result<void> finish(LoadOptions& out, Raw& raw) {
  out.url = take(raw.url, out.url);
  out.room = take(raw.room, out.room);
  out.camera.codec = take(raw.codec, out.camera.codec);
  out.json = take(raw.json, "");
  out.html = take(raw.html, "");
  out.loss = raw.loss / 100;
  out.serverPid = raw.serverPid;
  out.quiet = raw.quiet != FALSE;
  auto changes = linkChangesFrom(take(raw.linkAt, ""));
  if (!changes) return tl::unexpected(changes.error());
  out.linkChanges = std::move(*changes);
  out.camera.bitrate *= 1000;
  if (auto size = sizeFrom(take(raw.size, "640x360"), out.camera); !size) return size;
  auto receive = receiveFrom(take(raw.receive, ""), out.needsRelay());
  if (!receive) return tl::unexpected(receive.error());
  out.receive = *receive;
  if (auto running = checkPid(out.serverPid); !running) return running;
  if (auto each = check(out); !each) return each;
  return checkTogether(out);
}

}  // namespace

Result<LoadOptions> readLoadOptions(int argc, char** argv) {
  LoadOptions out;
  Raw raw;
  out.camera.bitrate = 600;
  const GOptionEntry entries[] = {
      {"url", 'u', 0, G_OPTION_ARG_STRING, &raw.url, "The server (http://127.0.0.1:8080)", "URL"},
      {"room", 'r', 0, G_OPTION_ARG_STRING, &raw.room, "The room to join (load)", "ROOM"},
      {"senders", 'n', 0, G_OPTION_ARG_INT, &out.senders, "People with camera and microphone (4)", "N"},
      {"viewers", 'm', 0, G_OPTION_ARG_INT, &out.viewers, "People who only watch (0)", "M"},
      {"duration", 'd', 0, G_OPTION_ARG_DOUBLE, &out.seconds, "Measured seconds (30)", "S"},
      {"warmup", 0, 0, G_OPTION_ARG_DOUBLE, &out.warmup, "Seconds between the last join and measuring (5)",
       "S"},
      {"join-rate", 0, 0, G_OPTION_ARG_DOUBLE, &out.joinRate, "Joins a second (5)", "R"},
      {"probes", 0, 0, G_OPTION_ARG_INT, &out.probes, "Peers that decode what they get (1)", "N"},
      {"clocks", 0, 0, G_OPTION_ARG_INT, &out.clocks, "Senders with the time in their picture (1)", "N"},
      {"people", 0, 0, G_OPTION_ARG_INT, &out.people, "Different faces, each encoded once (4)", "N"},
      {"codec", 'c', 0, G_OPTION_ARG_STRING, &raw.codec, "VP8, VP9 or H264 (VP8)", "NAME"},
      {"size", 0, 0, G_OPTION_ARG_STRING, &raw.size, "Of a camera's picture (640x360)", "WxH"},
      {"fps", 0, 0, G_OPTION_ARG_INT, &out.camera.framerate, "Of a camera (25)", "N"},
      {"bitrate", 0, 0, G_OPTION_ARG_INT, &out.camera.bitrate, "Of a camera (600)", "KBIT/S"},
      {"receive", 0, 0, G_OPTION_ARG_STRING, &raw.receive,
       "What peers but probes do with video: count packets at the socket, or decrypt, report and ask "
       "again in full (count; full behind the relay)",
       "count|full"},
      {"expect-fps", 0, 0, G_OPTION_ARG_DOUBLE, &out.expectFps,
       "Frames a second that the profile's canvas has, which the server does not tell (0: as most of those "
       "that come)",
       "N"},
      {"loss", 0, 0, G_OPTION_ARG_DOUBLE, &raw.loss, "Packets lost each way, by a relay (0)", "PERCENT"},
      {"delay", 0, 0, G_OPTION_ARG_DOUBLE, &out.delayMs, "Delay each way (0)", "MS"},
      {"jitter", 0, 0, G_OPTION_ARG_DOUBLE, &out.jitterMs, "Up to so much more, at random (0)", "MS"},
      {"link", 0, 0, G_OPTION_ARG_INT, &out.linkKbits, "Each peer's bandwidth each way (no limit)", "KBIT/S"},
      {"link-at", 0, 0, G_OPTION_ARG_STRING, &raw.linkAt,
       "Changes of that bandwidth: seconds since measuring began, and what it is from then on (0: no limit)",
       "S:KBIT/S,…"},
      {"limited", 0, 0, G_OPTION_ARG_INT, &out.limited,
       "How many of the last peers --link and --link-at concern (all)", "N"},
      {"server-pid", 0, 0, G_OPTION_ARG_INT, &raw.serverPid,
       "The server's process on this machine, for CPU and memory by stage", "PID"},
      {"json", 0, 0, G_OPTION_ARG_FILENAME, &raw.json, "Write the results there", "FILE"},
      {"html", 0, 0, G_OPTION_ARG_FILENAME, &raw.html, "Write a report with plots there", "FILE"},
      {"quiet", 'q', 0, G_OPTION_ARG_NONE, &raw.quiet, "No progress line", nullptr},
      {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
  const std::unique_ptr<GOptionContext, decltype(&g_option_context_free)> context(
      g_option_context_new("- load generator for Tributary: real WebRTC peers with synthetic media"),
      g_option_context_free);
  g_option_context_add_main_entries(context.get(), entries, nullptr);
  GError* error = nullptr;
  const bool parsed = g_option_context_parse(context.get(), &argc, &argv, &error) != FALSE;
  const auto finished = finish(out, raw);
  if (!parsed) return tl::unexpected(takeError(error, ErrorCode::badRequest, "wrong options"));
  if (argc > 1) return fail(ErrorCode::badRequest, std::string("what is \"") + argv[1] + "\"?");
  if (!finished) return tl::unexpected(finished.error());
  return out;
}

}  // namespace tributary::load
