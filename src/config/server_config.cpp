#include "config/server_config.h"

#include <gio/gio.h>

#include <memory>

#include "config/config_visitor.h"
#include "glib/object_ptr.h"

namespace tributary {
namespace {

using config::Visitor;

void describeLimits(Visitor& visit, ServerConfig::Limits& limits) {
  visit.begin("limits", "What strangers may use up.");
  visit.number("messageBytes", limits.messageBytes, {4096, 262144},
               "longest WebSocket message; the longest useful one is an offer of 10 to 20 KB");
  visit.number("messagesPerSecond", limits.messagesPerSecond, {1, 1000},
               "messages a session may send in the long run; a call sends one or two");
  visit.number("messageBurst", limits.messageBurst, {10, 10000},
               "messages a session may send at once; an offer comes with dozens of candidates");
  visit.number("sessions", limits.sessions, {1, 100000}, "open WebSockets in all; each costs about 50 KB");
  visit.number("sessionsPerAddress", limits.sessionsPerAddress, {1, 100000},
               "open WebSockets of one client address; an office shares one");
  visit.number("rooms", limits.rooms, {1, 10000}, "rooms at a time; each is a process with a mixer");
  visit.number("participantsPerRoom", limits.participantsPerRoom, {1, 500},
               "people in one room; beyond 50 one room's process runs out of a core's time");
  visit.ratio("cpuLoad", limits.cpuLoad, {0.05, 1},
              "share of the machine's processors, used by rooms, above which no new room is opened "
              "(`serverBusy`); the rest is for joins and for what else runs; 1: never");
  visit.seconds("joinTimeout", limits.joinTimeout, {1, 300},
                "a WebSocket that has not joined by then is closed");
  visit.seconds("livenessTimeout", limits.livenessTimeout, {2, 600},
                "a session that was silent for so long (three pings) is lost");
  visit.seconds(
      "pingInterval", limits.pingInterval, {1, 200},
      "how often a session is pinged, and told to ping; below the 60 s after which proxies give up");
  visit.end();
}

void describeRooms(Visitor& visit, ServerConfig::Rooms& rooms) {
  visit.begin("rooms", "Room processes and how long things are kept.");
  visit.text("program", rooms.program, "the room program; empty: `tributary-room` beside `tributary`");
  visit.text("profile", rooms.profile, "pipeline profile of new rooms: `<profilesDir>/<profile>.json`");
  visit.text(
      "defaultRole", rooms.defaultRole,
      "of who joins: a moderator records, lays out, mutes and removes, a viewer sees and hears only; with "
      "`participant` or `viewer` the API names the others (`tributaryctl role`)",
      {{"moderator", "participant", "viewer"}});
  visit.text("profilesDir", rooms.profilesDir, "empty: `pipelines/` of the source tree or the installation");
  visit.number("spareProcesses", rooms.spareProcesses, {0, 16},
               "room processes kept started for the next rooms, so that a first join need not wait for one");
  visit.seconds("emptyTimeout", rooms.emptyTimeout, {0, 86400},
                "an empty room is closed after this; long enough for a reload");
  visit.seconds("departureTimeout", rooms.departureTimeout, {0, 3600},
                "how long somebody whose connection broke keeps identity and tile");
  visit.seconds("readyTimeout", rooms.readyTimeout, {1, 300},
                "a room process must be configured by then, or it is replaced");
  visit.seconds("requestTimeout", rooms.requestTimeout, {1, 300},
                "a room process must answer by then, or the client gets `timeout`");
  visit.seconds("heartbeatInterval", rooms.heartbeatInterval, {0.1, 60},
                "how often a room process is asked for a sign of life");
  visit.seconds(
      "heartbeatTimeout", rooms.heartbeatTimeout, {0.2, 300},
      "a room process silent for so long is killed and replaced; generous, for machines under load");
  visit.seconds(
      "stopTimeout", rooms.stopTimeout, {0.1, 60},
      "a stopped room process must exit by then, or it gets SIGTERM and, one second later, SIGKILL");
  visit.seconds("restartBackoffMin", rooms.restartBackoffMin, {0.05, 60},
                "wait before the first restart of a room process");
  visit.seconds("restartBackoffMax", rooms.restartBackoffMax, {0.1, 600},
                "doubled at every failure up to this");
  visit.flag("saveWhenBusy", rooms.saveWhenBusy,
             "rooms save frames, then the top rendition, then tiles while the machine has nothing left");
  visit.end();
}

void describeMedia(Visitor& visit, ServerConfig::Media& media) {
  visit.begin("media", "Passed to room processes.");
  visit.number("udpPortMin", media.udpPortMin, {0, 65535},
               "lowest UDP port for media; 0: any the system gives");
  visit.number("udpPortMax", media.udpPortMax, {0, 65535},
               "highest UDP port for media; each participant takes one per local address");
  visit.text("stunServer", media.stunServer, "`stun://host:port`, where the server itself is behind NAT");
  visit.number("latencyMs", media.latencyMs, {10, 1000},
               "how long a missing packet of a peer's picture is waited for at first, in ms; within seconds "
               "it adapts to "
               "the way, between 20 (reordering alone needs that) and 200 (more is felt)");
  visit.end();
}

void describeRecordings(Visitor& visit, ServerConfig::Recordings& recordings) {
  visit.begin("recordings", "Where recordings go, and what becomes of them.");
  visit.text("folder", recordings.folder, "empty: `recordings` in `stateDir`");
  visit.text("path", recordings.path,
             "of a recording in the folder, without extension; `{room}`, `{date}`, `{time}` and `{id}` are "
             "filled in, and `{id}` must be in the last part");
  visit.number("minFreeSpace", recordings.minFreeSpace, {0, 1'048'576},
               "MiB: with less none begins, and a running one ends, while the disk still takes its index");
  visit.seconds("stallTimeout", recordings.stallTimeout, {0.2, 60},
                "a disk that takes nothing for so long ends the recording; the call goes on");
  visit.seconds("keyFrameInterval", recordings.keyFrameInterval, {1, 120},
                "players seek to key frames; each costs about ten times a frame's bits");
  visit.seconds("resumeTimeout", recordings.resumeTimeout, {1, 3600},
                "a recording whose room died goes on when it is back by then");
  visit.list(
      "finishHook", recordings.finishHook,
      "command and arguments, no shell, run for each finished recording until it exits with 0: "
      "`{path}` is its folder and name, `{id}`, `{room}`, `{status}` and `{manifest}` are filled in too");
  visit.begin("s3", "Upload of finished recordings to storage that speaks S3.");
  visit.text("endpoint", recordings.s3.endpoint, "`https://s3.example.org`; empty: no upload");
  visit.text("bucket", recordings.s3.bucket, "must exist");
  visit.text("region", recordings.s3.region, "as the store calls it");
  visit.text("accessKey", recordings.s3.accessKey, "public half of the key");
  visit.text("secretKey", recordings.s3.secretKey, "a secret");
  visit.text("prefix", recordings.s3.prefix, "put before each object's name");
  visit.number("partSize", recordings.s3.partSize, {5, 512},
               "MiB of a multipart piece: what is sent again after a broken connection");
  visit.flag(
      "deleteLocal", recordings.s3.deleteLocal,
      "remove the media files once they are uploaded and the hook is done; manifest and chapters stay");
  visit.end();
  visit.end();
}

void describeWebhooks(Visitor& visit, ServerConfig::Webhooks& webhooks) {
  visit.begin("webhooks", "Messages to other programs, signed as Standard Webhooks.");
  visit.list("urls", webhooks.urls, "where they are posted to; empty: nowhere");
  visit.text("secret", webhooks.secret, "`whsec_` and base64 of 24 to 64 bytes; a secret");
  visit.end();
}

void describeIceServer(Visitor& visit, IceServer& server) {
  visit.list(
      "urls", server.urls, "where it is",
      {{}, "^(stun|stuns|turn|turns):.+$", "a URL that begins with stun:, stuns:, turn: or turns:", true});
  visit.text("username", server.username, "for TURN");
  visit.text("credential", server.credential, "for TURN; a secret");
}

void describe(Visitor& visit, ServerConfig& config) {
  visit.begin("listen", "Where the server listens.");
  visit.text("host", config.listen.host,
             "address; other than loopback needs TLS in front and, in open mode, `--insecure-open`");
  visit.number("port", config.listen.port, {0, 65535}, "TCP port; 0: any free one");
  visit.end();
  visit.text("stateDir", config.stateDir, "recordings and other state; empty: `$XDG_STATE_HOME/tributary`");
  visit.list("origins", config.origins,
             "web origins (`https://meet.example.org`) whose pages may connect; empty: the server's own");
  visit.list("trustedProxies", config.trustedProxies, "proxies whose `X-Forwarded-For` is believed");
  describeLimits(visit, config.limits);
  describeRooms(visit, config.rooms);
  describeMedia(visit, config.media);
  describeRecordings(visit, config.recordings);
  describeWebhooks(visit, config.webhooks);
  visit.begin("admin", "The HTTP API.");
  visit.text(
      "tokenFile", config.admin.tokenFile,
      "file with the API's Bearer token, at least 16 characters; empty: the API is for this machine only");
  visit.end();
  visit.begin("metrics", "The `/metrics` page.");
  visit.flag("open", config.metrics.open, "show it to everybody; else to direct loopback clients only");
  visit.end();
  visit.array("iceServers", config::itemsOf(config.iceServers, describeIceServer, {0, 16}),
              "STUN and TURN servers that clients are told of in `joined`");
}

bool isWebOrigin(const std::string& text) {
  g_autoptr(GUri) uri = g_uri_parse(text.c_str(), G_URI_FLAGS_NONE, nullptr);
  if (uri == nullptr || g_uri_get_host(uri) == nullptr || *g_uri_get_path(uri) != '\0') return false;
  const std::string_view scheme = g_uri_get_scheme(uri);
  return scheme == "http" || scheme == "https";
}

/// What no single key's range can tell.
void compare(const ServerConfig& config, config::Reader& reader) {
  if (config.media.udpPortMin > config.media.udpPortMax) {
    reader.mistake("$.media.udpPortMin", "must not be above udpPortMax");
  }
  if (config.rooms.restartBackoffMin > config.rooms.restartBackoffMax) {
    reader.mistake("$.rooms.restartBackoffMin", "must not be above restartBackoffMax");
  }
  if (config.limits.pingInterval >= config.limits.livenessTimeout) {
    reader.mistake("$.limits.pingInterval", "must be below livenessTimeout");
  }
  for (size_t i = 0; i < config.iceServers.size(); ++i) {
    if (!config.iceServers[i].urls.empty()) continue;
    reader.mistake("$.iceServers[" + std::to_string(i) + "].urls", "must name at least one URL");
  }
  if (!g_hostname_is_ip_address(config.listen.host.c_str())) {
    reader.mistake("$.listen.host", "must be an IP address of this machine, such as 127.0.0.1 or ::1");
  }
  for (const auto& origin : config.origins) {
    if (!isWebOrigin(origin)) {
      reader.mistake("$.origins", "\"" + origin + "\" must be like https://meet.example.org, without a path");
    }
  }
}

/// As Standard Webhooks writes it: "whsec_" and base64 of 24 to 64 bytes.
bool isWebhookSecret(const std::string& text) {
  constexpr std::string_view prefix = "whsec_";
  if (!text.starts_with(prefix)) return false;
  const std::string encoded = text.substr(prefix.size());
  gsize size = 0;
  const std::unique_ptr<guchar, GFree> bytes(g_base64_decode(encoded.c_str(), &size));
  const std::unique_ptr<char, GFree> again(g_base64_encode(bytes.get(), size));
  return encoded == again.get() && size >= 24 && size <= 64;
}

void compareOutbound(const ServerConfig& config, config::Reader& reader) {
  const auto& webhooks = config.webhooks;
  if ((!webhooks.urls.empty() || !webhooks.secret.empty()) && !isWebhookSecret(webhooks.secret)) {
    reader.mistake("$.webhooks.secret",
                   "must be whsec_ and base64 of 24 to 64 bytes, so that receivers can tell who signed: "
                   "echo whsec_$(openssl rand -base64 32) makes one");
  }
  const auto& s3 = config.recordings.s3;
  if (!s3.endpoint.empty() && s3.bucket.empty()) {
    reader.mistake("$.recordings.s3.bucket", "must name a bucket, as there is an endpoint");
  }
}

}  // namespace

Json IceServer::toJson() const {
  Json list = Json::array();
  for (const auto& url : urls)
    list.push(url);
  Json out = Json::object({{"urls", list}});
  if (!username.empty()) out.set("username", username);
  if (!credential.empty()) out.set("credential", credential);
  return out;
}

Result<ServerConfig> parseServerConfig(const Json& json) {
  ServerConfig out;
  config::Reader reader(json);
  describe(reader, out);
  if (out.listen.host == "localhost") out.listen.host = "127.0.0.1";
  compare(out, reader);
  compareOutbound(out, reader);
  std::string all;
  for (const auto& mistake : reader.finish())
    all += (all.empty() ? "" : "\n") + mistake;
  if (!all.empty()) return fail(ErrorCode::badRequest, all);
  return out;
}

Result<ServerConfig> loadServerConfig(const std::string& path) {
  char* contents = nullptr;
  gsize length = 0;
  GError* error = nullptr;
  if (!g_file_get_contents(path.c_str(), &contents, &length, &error)) {
    return tl::unexpected(takeError(error, ErrorCode::notFound, "the configuration cannot be read"));
  }
  const std::unique_ptr<char, GFree> owned(contents);
  const auto json = Json::parse(std::string_view(contents, length));
  if (!json) return fail(ErrorCode::badRequest, path + ": " + json.error().message);
  auto config = parseServerConfig(*json);
  if (!config) return fail(ErrorCode::badRequest, path + ":\n" + config.error().message);
  return config;
}

Json serverConfigSchema() {
  ServerConfig defaults;
  config::SchemaWriter writer;
  describe(writer, defaults);
  return writer.result("tributary server configuration");
}

std::string serverConfigTable() {
  ServerConfig defaults;
  config::TableWriter writer;
  describe(writer, defaults);
  return writer.result();
}

Result<ServerConfig::Listen> parseListen(std::string_view text) {
  const auto wrong = [&text] {
    return fail(ErrorCode::badRequest,
                "\"" + std::string(text) + "\" must be HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080");
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  std::string host(text.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.empty()) host = "0.0.0.0";
  if (host == "localhost") host = "127.0.0.1";
  guint64 port = 0;
  const std::string digits(text.substr(colon + 1));
  if (!g_ascii_string_to_unsigned(digits.c_str(), 10, 0, 65535, &port, nullptr)) return wrong();
  if (!g_hostname_is_ip_address(host.c_str())) return wrong();
  return ServerConfig::Listen{host, static_cast<int>(port)};
}

bool isLoopback(std::string_view host) {
  if (host == "localhost") return true;
  const auto address =
      ObjectPtr<GInetAddress>::adopt(g_inet_address_new_from_string(std::string(host).c_str()));
  return address && g_inet_address_get_is_loopback(address.get());
}

}  // namespace tributary
