// HTTP as browsers, probes, Prometheus and strangers use it.
#include "server/static_files.h"
#include "support/test_server.h"

namespace tributary {
namespace {

class Pages : public ServerTest {};

TEST_F(Pages, ServesTheClientForEveryRoom) {
  startServer();
  for (const char* path : {"/", "/r/demo", "/r/demo/"}) {
    const auto page = get(path);
    EXPECT_EQ(page.status, 200) << path;
    EXPECT_NE(page.headers.find("Content-Type: text/html"), std::string::npos);
    EXPECT_NE(page.headers.find("default-src 'none'"), std::string::npos);
    EXPECT_NE(page.headers.find("X-Content-Type-Options: nosniff"), std::string::npos);
  }
  EXPECT_EQ(get("/r/a%20b").status, 404);
  EXPECT_EQ(get("/r/../index.html").status, get("/index.html").status);
  EXPECT_EQ(get("/nonsense").status, 404);
  EXPECT_NE(get("/nonsense").headers.find("application/problem+json"), std::string::npos);
}

TEST_F(Pages, KnowsWhatTheBrowserHas) {
  startServer();
  const auto page = get("/sdk/tributary.js");
  ASSERT_EQ(page.status, 200);
  EXPECT_NE(page.headers.find("text/javascript"), std::string::npos);
  const size_t at = page.headers.find("ETag: ") + 6;
  const std::string etag = page.headers.substr(at, page.headers.find("\r\n", at) - at);
  EXPECT_EQ(get("/sdk/tributary.js", "If-None-Match: " + etag + "\r\n").status, 304);
  EXPECT_EQ(get("/sdk/tributary.js", "If-None-Match: \"x\"\r\n").status, 200);
}

TEST_F(Pages, TellsItsHealth) {
  startServer();
  EXPECT_EQ(get("/healthz").status, 200);
  EXPECT_EQ(get("/readyz").status, 200);
}

TEST_F(Pages, RefusesSmuggledAndStrangeRequests) {
  startServer();
  const std::string host = "Host: 127.0.0.1\r\n";
  EXPECT_EQ(raw("GET / HTTP/1.1\r\n" + host + "Host: evil\r\n\r\n").status, 400);
  EXPECT_EQ(raw("GET / HTTP/1.1\r\n\r\n").status, 400);
  EXPECT_EQ(raw("GET / HTTP/1.1\r\nHost: rebound.example\r\n\r\n").status, 403);
  EXPECT_EQ(raw("GET / HTTP/1.1\r\n" + host + "Content-Length: 0\r\nContent-Length: 0\r\n\r\n").status, 400);
  EXPECT_EQ(raw("POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\n\r\nabc").status, 413);
  EXPECT_EQ(raw("DELETE / HTTP/1.1\r\n" + host + "\r\n").status, 405);
  EXPECT_EQ(
      raw("POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n").status,
      413);
}

TEST_F(Pages, MetricsAreForThisMachine) {
  startServer();
  EXPECT_EQ(get("/metrics").status, 200);
  EXPECT_EQ(get("/metrics", "X-Forwarded-For: 9.9.9.9\r\n").status, 403);
}

/// Each room tells it of the one machine: a sum would mean nothing.
TEST_F(Pages, MetricsTellTheMachinesHeadroomOnce) {
  startServer();
  TestClient client(port());
  client.join("demo");
  const std::string page = get("/metrics").body;
  const std::string name = "\ntributary_cpu_headroom ";
  const size_t at = page.find(name);
  ASSERT_NE(at, std::string::npos) << page;
  EXPECT_EQ(page.find(name, at + 1), std::string::npos);
  const double headroom = std::stod(page.substr(at + name.size()));
  EXPECT_GE(headroom, 0);
  EXPECT_LE(headroom, 1);
}

TEST_F(Pages, MetricsKeepWhatClosedRoomsCounted) {
  config_.rooms.emptyTimeout = std::chrono::milliseconds(0);
  startServer();
  const std::string line = "tributary_fake_joins_total{kind=\"fake\"} 1\n";
  {
    TestClient client(port());
    client.join("demo");
    const auto page = get("/metrics");
    EXPECT_NE(page.body.find(line), std::string::npos) << page.body;
    EXPECT_NE(page.body.find("tributary_rooms 1\n"), std::string::npos);
    EXPECT_NE(page.body.find("tributary_room_process_threads"), std::string::npos);
    client.request(Json::object({{"type", "leave"}}));
  }
  HttpAnswer page;
  waitFor("the end of the room's gauges", [this, &page] {
    page = get("/metrics");
    return page.body.find("tributary_encoders") == std::string::npos;
  });
  EXPECT_NE(page.body.find(line), std::string::npos) << page.body;
  EXPECT_NE(page.body.find("tributary_rooms 0\n"), std::string::npos);
}

TEST_F(Pages, MetricsDoNotWaitForARoomThatHangs) {
  startServer();
  TestClient client(port());
  client.join("demo");
  client.send(Json::object({{"type", "chat"}, {"text", "hang"}}));
  EXPECT_EQ(get("/metrics").status, 200);
}

TEST_F(Pages, AScraperMayLeaveBeforeItsAnswer) {
  startServer();
  TestClient client(port());
  client.join("demo");
  client.send(Json::object({{"type", "chat"}, {"text", "hang"}}));
  sendAndLeave(port(), "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_EQ(get("/metrics").status, 200);
}

TEST(ContentTypes, GoByTheEnding) {
  EXPECT_STREQ(contentTypeOf("/a/b.js"), "text/javascript; charset=utf-8");
  EXPECT_STREQ(contentTypeOf("/a/b"), "application/octet-stream");
}

}  // namespace
}  // namespace tributary
