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
  // nginx's `proxy_pass` by itself: the address of this server for a host, and no word of the client.
  const auto plain = rooms("");
  EXPECT_EQ(plain.status, 403);
  EXPECT_NE(plain.body.find("admin.tokenFile"), std::string::npos) << plain.body;
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

/// What a browser would send back.
std::string cookieOf(const HttpAnswer& answer) {
  const std::string header = answer.header("Set-Cookie");
  return header.substr(0, header.find(';'));
}

TEST_F(ApiAccessTest, APageSignsInOnceAndOut) {
  writeToken(token);
  startServer();
  const std::string bearer = "Authorization: Bearer " + std::string(token) + "\r\n";
  EXPECT_EQ(ask(port(), "POST", "/v1/session", "").status, 401);
  EXPECT_EQ(ask(port(), "POST", "/v1/session", "Authorization: Bearer wrong-wrong-wrong-wrong\r\n").status,
            401);
  const auto signedIn = ask(port(), "POST", "/v1/session", bearer);
  EXPECT_EQ(signedIn.status, 204);
  const std::string whole = signedIn.header("Set-Cookie");
  for (const char* part : {"; HttpOnly", "; SameSite=Strict", "; Path=/v1", "; Max-Age=43200"})
    EXPECT_NE(whole.find(part), std::string::npos) << whole;
  EXPECT_EQ(whole.find("Secure"), std::string::npos);
  EXPECT_EQ(whole.find(token), std::string::npos) << "the token itself is in the cookie";

  const std::string cookie = "Cookie: theme=dark; " + cookieOf(signedIn) + "; other=1\r\n";
  EXPECT_EQ(rooms(cookie).status, 200);
  EXPECT_EQ(get("/v1/session", cookie).body, R"({"signedIn":true})");
  EXPECT_EQ(get("/v1/session", bearer).body, R"({"signedIn":false})");
  EXPECT_EQ(rooms("Cookie: tributary_session=guessed\r\n").status, 401);
  EXPECT_EQ(rooms("Cookie: tributary_session=\r\n").status, 401);
  EXPECT_EQ(rooms("Cookie: x_" + cookieOf(signedIn) + "\r\n").status, 401);

  const auto out = ask(port(), "DELETE", "/v1/session", cookie);
  EXPECT_EQ(out.status, 204);
  EXPECT_NE(out.header("Set-Cookie").find("Max-Age=0"), std::string::npos);
  EXPECT_EQ(rooms(cookie).status, 401) << "the id is dead, whoever has kept it";
}

TEST_F(ApiAccessTest, ASessionIsForOurPagesAlone) {
  writeToken(token);
  startServer();
  const std::string bearer = "Authorization: Bearer " + std::string(token) + "\r\n";
  const std::string cookie = "Cookie: " + cookieOf(ask(port(), "POST", "/v1/session", bearer)) + "\r\n";
  const std::string own = "http://127.0.0.1:" + std::to_string(port());
  EXPECT_EQ(rooms(cookie + "Origin: " + own + "\r\nSec-Fetch-Site: same-origin\r\n").status, 200);
  EXPECT_EQ(rooms(cookie + "Sec-Fetch-Site: same-site\r\n").status, 403);
  EXPECT_EQ(rooms(cookie + "Sec-Fetch-Site: cross-site\r\n").status, 403);
  EXPECT_EQ(ask(port(), "POST", "/v1/server/drain", cookie + "Origin: https://evil.example\r\n").status, 403);
}

TEST_F(ApiAccessTest, BehindTlsTheCookieStaysThere) {
  writeToken(token);
  startServer();
  const auto answer = ask(port(), "POST", "/v1/session",
                          "X-Forwarded-Proto: https\r\nAuthorization: Bearer " + std::string(token) + "\r\n");
  EXPECT_NE(answer.header("Set-Cookie").find("; Secure"), std::string::npos);
}

TEST_F(ApiAccessTest, WithoutATokenNobodyNeedsASession) {
  startServer();
  const auto answer = ask(port(), "POST", "/v1/session", "");
  EXPECT_EQ(answer.status, 204);
  EXPECT_EQ(answer.header("Set-Cookie"), "");
  EXPECT_EQ(get("/v1/session").body, R"({"signedIn":false})");
}

TEST(PageSessions, EndAfterTheirTimeAndAreNotHoarded) {
  PageSessions sessions;
  const PageSessions::Clock::time_point start{};
  const std::string first = sessions.open(start);
  EXPECT_TRUE(sessions.knows(first, start + PageSessions::lifetime - std::chrono::seconds(1)));
  EXPECT_FALSE(sessions.knows(first, start + PageSessions::lifetime));
  EXPECT_FALSE(sessions.knows("", start));
  std::string last;
  for (size_t i = 0; i < PageSessions::most; ++i)
    last = sessions.open(start + std::chrono::seconds(i + 1));
  const auto now = start + std::chrono::seconds(PageSessions::most);
  EXPECT_FALSE(sessions.knows(first, now)) << "the oldest makes place";
  EXPECT_TRUE(sessions.knows(last, now));
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
