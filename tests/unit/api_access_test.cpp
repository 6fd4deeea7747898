// Who may call the API: on this machine, by token, from which pages.
#include "server/api_access.h"

#include <sys/stat.h>

#include <cstdio>
#include <fstream>

#include "support/test_server.h"

namespace tributary {
namespace {

constexpr const char* token = "correct-horse-battery-staple";

class ApiAccessTest : public ServerTest {
 protected:
  void TearDown() override {
    ServerTest::TearDown();
    if (!file_.empty()) std::remove(file_.c_str());
  }

  void writeToken(const std::string& text) {
    file_ = testing::TempDir() + "tributary-token-" + std::to_string(::getpid());
    std::ofstream(file_) << text;
    ::chmod(file_.c_str(), 0600);
    config_.admin.tokenFile = file_;
  }

  HttpAnswer rooms(const std::string& headers) { return get("/v1/rooms", headers); }

  std::string file_;
};

TEST_F(ApiAccessTest, WithoutATokenItIsForThisMachinesPrograms) {
  startServer();
  const std::string own = "http://127.0.0.1:" + std::to_string(port());
  EXPECT_EQ(rooms("").status, 200);
  EXPECT_EQ(rooms("Origin: " + own + "\r\nSec-Fetch-Site: same-origin\r\n").status, 200);
  EXPECT_EQ(rooms("Sec-Fetch-Site: none\r\n").status, 200);
  EXPECT_EQ(rooms("X-Forwarded-For: 127.0.0.1\r\n").status, 403);
  EXPECT_EQ(rooms("Forwarded: for=127.0.0.1\r\n").status, 403);
  EXPECT_EQ(rooms("Origin: https://evil.example\r\n").status, 403);
  EXPECT_EQ(rooms("Origin: null\r\n").status, 403);
  EXPECT_EQ(rooms("Sec-Fetch-Site: cross-site\r\n").status, 403);
  EXPECT_EQ(rooms("Sec-Fetch-Site: same-site\r\n").status, 403);
  const std::string rebound = "GET /v1/rooms HTTP/1.1\r\nHost: rebound.example\r\n\r\n";
  EXPECT_EQ(sendRaw(port(), rebound).status, 403);
}

TEST_F(ApiAccessTest, AProxysSiteIsNotThisMachine) {
  config_.origins = {"https://meet.example.org"};
  startServer();
  const std::string proxied = "GET /v1/rooms HTTP/1.1\r\nHost: meet.example.org\r\n\r\n";
  EXPECT_EQ(sendRaw(port(), proxied).status, 403);
}

TEST_F(ApiAccessTest, AForeignPageChangesNothing) {
  startServer();
  // What a form can send without asking first.
  const std::string form = "Origin: https://evil.example\r\nContent-Type: text/plain\r\n";
  EXPECT_EQ(ask(port(), "POST", "/v1/rooms", form, R"({"name":"evil"})").status, 403);
  EXPECT_EQ(ask(port(), "POST", "/v1/server/drain", "Origin: https://evil.example\r\n").status, 403);
  EXPECT_EQ(ask(port(), "POST", "/v1/rooms", "Content-Type: text/plain\r\n", R"({"name":"evil"})").status,
            400);
  EXPECT_EQ(get("/v1/rooms").body, R"({"rooms":[]})");
  const auto preflight = ask(port(), "OPTIONS", "/v1/rooms", "Origin: https://evil.example\r\n");
  EXPECT_EQ(preflight.header("Access-Control-Allow-Origin"), "");
}

TEST_F(ApiAccessTest, WithATokenEverybodyNeedsIt) {
  writeToken(std::string(token) + "\n");
  startServer();
  const auto none = rooms("");
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.header("WWW-Authenticate"), "Bearer realm=\"tributary\"");
  EXPECT_EQ(rooms("Authorization: Bearer " + std::string(token) + "\r\n").status, 200);
  EXPECT_EQ(rooms("authorization: bearer " + std::string(token) + "\r\n").status, 200);
  // It may come through a proxy.
  EXPECT_EQ(rooms("X-Forwarded-For: 9.9.9.9\r\nAuthorization: Bearer " + std::string(token) + "\r\n").status,
            200);
  for (const char* wrong : {"Bearer", "Bearer ", "Bearer x", "Basic correct-horse-battery-staple",
                            "Bearer correct-horse-battery-staplf", "Bearer correct-horse-battery-staple2"}) {
    EXPECT_EQ(rooms("Authorization: " + std::string(wrong) + "\r\n").status, 401) << wrong;
  }
  EXPECT_EQ(get("/healthz").status, 200);
}

TEST_F(ApiAccessTest, ATokenThatCanBeGuessedIsRefusedAtTheStart) {
  writeToken("short");
  TributaryServer weak(config_);
  EXPECT_EQ(weak.start().error().code, ErrorCode::badRequest);
  config_.admin.tokenFile = "/nonexistent";
  TributaryServer none(config_);
  EXPECT_FALSE(none.start());
}

}  // namespace
}  // namespace tributary
