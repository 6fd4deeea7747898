#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "glib/json.h"

namespace tributary {

/// A STUN or TURN server as RTCConfiguration takes it; `credential` is a secret.
struct IceServer {
  std::vector<std::string> urls;
  std::string username;
  std::string credential;

  /// As RTCConfiguration takes it, the credential too.
  Json toJson() const;
};

/// The server's settings. The defaults stand here, ranges and reasons in describe() (server_config.cpp), from
/// which reading, the JSON Schema and docs/operations.md's table are made. Durations are seconds in the file.
struct ServerConfig {
  using Duration = std::chrono::milliseconds;

  struct Listen {
    std::string host = "127.0.0.1";
    int port = 8080;
  } listen;

  std::string stateDir;  ///< empty: $XDG_STATE_HOME/tributary
  std::vector<std::string> origins;
  std::vector<std::string> trustedProxies = {"127.0.0.1", "::1"};

  struct Limits {
    int messageBytes = 65536;
    int messagesPerSecond = 20;
    int messageBurst = 100;
    int sessions = 2000;
    int sessionsPerAddress = 100;
    int rooms = 100;
    int participantsPerRoom = 50;
    double cpuLoad = 0.85;
    Duration joinTimeout{15'000};
    Duration livenessTimeout{30'000};
    Duration pingInterval{10'000};
  } limits;

  struct Rooms {
    std::string program;  ///< empty: tributary-room beside the running executable
    std::string profile = "default";
    std::string defaultRole = "moderator";
    std::string profilesDir;  ///< empty: found near the executable
    int spareProcesses = 1;
    Duration emptyTimeout{30'000};
    Duration departureTimeout{20'000};
    Duration readyTimeout{15'000};
    Duration requestTimeout{15'000};
    Duration heartbeatInterval{2'000};
    Duration heartbeatTimeout{8'000};
    Duration stopTimeout{2'500};
    Duration restartBackoffMin{250};
    Duration restartBackoffMax{10'000};
    bool saveWhenBusy = true;
  } rooms;

  struct Media {
    int udpPortMin = 0;
    int udpPortMax = 0;
    std::string stunServer;
    int latencyMs = 60;
  } media;

  struct Admin {
    std::string tokenFile;
  } admin;

  struct Metrics {
    bool open = false;
  } metrics;

  struct Recordings {
    std::string folder;  ///< empty: `recordings` in stateDir
    std::string path = "{room}/{date}/{room}-{time}-{id}";
    int minFreeSpace = 256;  ///< MiB
    Duration stallTimeout{1'200};
    Duration keyFrameInterval{5'000};
    Duration resumeTimeout{60'000};
    std::vector<std::string> finishHook;  ///< argv
    struct S3 {
      std::string endpoint;  ///< empty: no upload
      std::string bucket;
      std::string region = "us-east-1";
      std::string accessKey;
      std::string secretKey;
      std::string prefix;
      int partSize = 8;  ///< MiB
      bool deleteLocal = false;
    } s3;
  } recordings;

  struct Webhooks {
    std::vector<std::string> urls;
    std::string secret;  ///< "whsec_" and base64
  } webhooks;

  std::vector<IceServer> iceServers;
};

/// Settings from JSON over the defaults. The error lists every mistake, one a line, each with its JSON path
/// and what would be right; an unknown key is one. Pure.
Result<ServerConfig> parseServerConfig(const Json& json);

/// The same from a file (JSON with /* comments */).
Result<ServerConfig> loadServerConfig(const std::string& path);

/// A JSON Schema (2020-12) of the file.
Json serverConfigSchema();

/// The keys as a Markdown table: key, default, allowed, reason (docs/operations.md).
std::string serverConfigTable();

/// Sets listen from "host:port", "[v6]:port" or ":port" (every address).
Result<ServerConfig::Listen> parseListen(std::string_view text);

/// Whether only programs on this machine can reach `host`.
bool isLoopback(std::string_view host);

}  // namespace tributary
