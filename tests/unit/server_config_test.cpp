#include "config/server_config.h"

#include <gtest/gtest.h>

#include <fstream>

namespace tributary {
namespace {

using std::chrono::milliseconds;

Result<ServerConfig> read(const char* text) {
  const auto json = Json::parse(text);
  EXPECT_TRUE(json) << json.error().message;
  return parseServerConfig(*json);
}

std::string errorOf(const char* text) {
  const auto config = read(text);
  return config ? "no error" : config.error().message;
}

TEST(ServerConfig, HasDefaults) {
  const auto config = read("{}");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->listen.host, "127.0.0.1");
  EXPECT_EQ(config->listen.port, 8080);
  EXPECT_EQ(config->limits.messageBytes, 65536);
}

TEST(ServerConfig, ReadsEverything) {
  const auto config = read(R"({ /* ours */
    "listen": {"host": "10.0.0.1", "port": 9000}, "origins": ["https://meet.example.org"],
    "limits": {"rooms": 3, "joinTimeout": 2.5}, "rooms": {"departureTimeout": 0, "spareProcesses": 0},
    "media": {"udpPortMin": 40000, "udpPortMax": 41000}, "metrics": {"open": true},
    "iceServers": [{"urls": ["turn:turn.example.org:3478"], "username": "u", "credential": "c"}]})");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->listen.port, 9000);
  EXPECT_EQ(config->limits.joinTimeout, milliseconds(2500));
  EXPECT_EQ(config->rooms.departureTimeout, milliseconds(0));
  EXPECT_EQ(config->iceServers.at(0).credential, "c");
  EXPECT_TRUE(config->metrics.open);
}

TEST(ServerConfig, UnknownKeysAreRefusedWithTheRightName) {
  EXPECT_EQ(errorOf(R"({"limits": {"mesageBytes": 1}})"),
            "$.limits.mesageBytes: unknown key; did you mean \"messageBytes\"?");
  EXPECT_EQ(errorOf(R"({"Listen": {}})"), "$.Listen: unknown key; did you mean \"listen\"?");
  EXPECT_EQ(
      errorOf(R"({"zzzzzz": 1})"),
      "$.zzzzzz: unknown key; the keys here are listen, stateDir, origins, trustedProxies, limits, rooms, "
      "media, recordings, webhooks, admin, metrics, iceServers");
  EXPECT_EQ(errorOf(R"({"iceServers": [{"urls": ["stun:a"], "pasword": "x"}]})"),
            "$.iceServers[0].pasword: unknown key; the keys here are urls, username, credential");
}

TEST(ServerConfig, TellsEveryMistakeAtOnce) {
  EXPECT_EQ(errorOf(R"({"listen": {"port": 70000}, "rooms": {"emptyTimeout": "soon"}, "origins": "x",
                        "metrics": 3, "stateDir": 1})"),
            "$.listen.port: must be a whole number from 0 to 65535\n"
            "$.stateDir: must be a string\n"
            "$.origins: must be an array of strings\n"
            "$.rooms.emptyTimeout: must be a number of seconds from 0 to 86400\n"
            "$.metrics: must be an object");
}

TEST(ServerConfig, LeavesNothingThatFailsOnlyLater) {
  EXPECT_EQ(errorOf(R"({"listen": {"host": "meet.example.org"}})"),
            "$.listen.host: must be an IP address of this machine, such as 127.0.0.1 or ::1");
  EXPECT_EQ(read(R"({"listen": {"host": "localhost"}})")->listen.host, "127.0.0.1");
  EXPECT_EQ(errorOf(R"({"recordings": {"s3": {"endpoint": "https://s3.example.org"}}})"),
            "$.recordings.s3.bucket: must name a bucket, as there is an endpoint");
  const std::string wrong = "$.webhooks.secret: must be whsec_ and base64 of 24 to 64 bytes";
  EXPECT_EQ(errorOf(R"({"webhooks": {"urls": ["https://a.example"]}})").substr(0, wrong.size()), wrong);
  for (const char* secret :
       {"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_short", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa*w"}) {
    const std::string text = std::string(R"({"webhooks": {"secret": ")") + secret + "\"}}";
    EXPECT_EQ(errorOf(text.c_str()).substr(0, wrong.size()), wrong) << secret;
  }
  EXPECT_EQ(errorOf(R"({"webhooks": {"urls": ["https://a.example"],
                       "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}})"),
            "no error");
}

TEST(ServerConfig, ComparesValues) {
  EXPECT_EQ(errorOf(R"({"media": {"udpPortMin": 5, "udpPortMax": 4}})"),
            "$.media.udpPortMin: must not be above udpPortMax");
  EXPECT_EQ(errorOf(R"({"origins": ["meet.example.org"]})"),
            "$.origins: \"meet.example.org\" must be like https://meet.example.org, without a path");
  EXPECT_EQ(errorOf(R"({"iceServers": [{"urls": ["http://x"]}]})"),
            "$.iceServers[0].urls[0]: must be a URL that begins with stun:, stuns:, turn: or turns:");
  EXPECT_EQ(errorOf("[]"), "$: the file must hold a JSON object");
}

TEST(ServerConfig, ReadsAddresses) {
  EXPECT_EQ(parseListen("[::1]:80")->host, "::1");
  EXPECT_EQ(parseListen(":80")->host, "0.0.0.0");
  EXPECT_EQ(parseListen("localhost:80")->host, "127.0.0.1");
  for (const char* wrong : {"", "80", "host", "1.2.3.4:99999", "example.org:80", "1.2.3.4:-1"}) {
    EXPECT_FALSE(parseListen(wrong)) << wrong;
  }
  EXPECT_TRUE(isLoopback("127.8.0.1"));
  EXPECT_TRUE(isLoopback("::1"));
  EXPECT_FALSE(isLoopback("0.0.0.0"));
}

TEST(ServerConfig, TheSchemaKnowsEveryKey) {
  const Json schema = serverConfigSchema();
  EXPECT_EQ(schema["properties"]["limits"]["properties"]["messageBytes"]["default"].integer(), 65536);
  EXPECT_EQ(schema["properties"]["rooms"]["properties"]["readyTimeout"]["maximum"].number(), 300);
  EXPECT_EQ(schema["additionalProperties"].boolean(), false);
}

TEST(ServerConfig, TheDocumentationKnowsEveryKey) {
  std::ifstream file(std::string(FIXTURES) + "/../../../docs/operations.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_NE(text.find(serverConfigTable()), std::string::npos) << "docs/operations.md needs this table:\n"
                                                               << serverConfigTable();
}

TEST(ServerConfig, AMissingFileIsSaidSo) {
  const auto config = loadServerConfig("/nonexistent/tributary.json");
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find("cannot be read"), std::string::npos);
}

}  // namespace
}  // namespace tributary
