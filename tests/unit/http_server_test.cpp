// The real server with routes of the test's own, over real sockets.
#include "http/server.h"

#include <fcntl.h>

#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/heap.h"
#include "support/http_client.h"
#include "support/loop_test.h"

namespace tributary::http {
namespace {

class HttpServer : public LoopTest {
 protected:
  void SetUp() override {
    LoopTest::SetUp();
    server_.add(
        {"GET", "/things/{name}", nullptr, [](const auto& call) {
           call->reply(200, Json::object({{"name", call->parameter("name")}, {"q", call->query("q")}}));
         }});
    server_.add({"POST", "/things",
                 [](const Request& request) -> Result<void> {
                   if (request.header("X-Key") == "no") return fail(ErrorCode::forbidden, "not you");
                   return {};
                 },
                 [](const auto& call) { call->reply(call->json()); }, 100});
    server_.add({"GET", "/later", nullptr, [this](const auto& call) { kept_ = call; }, 0,
                 std::chrono::milliseconds(50)});
    server_.add({"GET", "/never", nullptr, [](const auto&) {}});
    server_.add({"GET", "/file", nullptr, [this](const auto& call) {
                   call->replyFile(UniqueFd(::open(file_.c_str(), O_RDONLY | O_CLOEXEC)), "video/webm");
                 }});
    server_.setPages([](SoupServerMessage*, std::string_view) { return false; });
    ASSERT_TRUE(server_.listen());
  }

  void TearDown() override {
    kept_.reset();
    if (!file_.empty()) std::remove(file_.c_str());
  }

  HttpAnswer get(const std::string& path, const std::string& headers = "") {
    return ask(server_.port(), "GET", path, headers);
  }

  /// Bytes that tell where they are.
  std::string writeFile(size_t size) {
    file_ = testing::TempDir() + "tributary-http-" + std::to_string(::getpid());
    std::string text;
    while (text.size() < size)
      text += std::to_string(text.size()) + ",";
    text.resize(size);
    std::ofstream(file_, std::ios::binary) << text;
    return text;
  }

  Server server_{{"127.0.0.1", 0, true, {}, {}}};
  std::shared_ptr<Call> kept_;
  std::string file_;
};

TEST_F(HttpServer, HandsOverParametersQueryAndBody) {
  const auto answer = get("/things/a%20b?q=1%2B1&q2=x");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, R"({"name":"a b","q":"1+1"})");
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_EQ(ask(server_.port(), "POST", "/things", "", R"({"a":[1]})").body, R"({"a":[1]})");
  EXPECT_EQ(ask(server_.port(), "POST", "/things").body, "{}");
}

TEST_F(HttpServer, HeadHasTheHeadersOnly) {
  const auto answer = ask(server_.port(), "HEAD", "/things/a");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Content-Length"), std::to_string(std::string(R"({"name":"a","q":""})").size()));
  EXPECT_EQ(answer.body, "");
}

TEST_F(HttpServer, TellsTheMethods) {
  const auto options = ask(server_.port(), "OPTIONS", "/things/a");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.header("Allow"), "GET, HEAD, OPTIONS");
  const auto wrong = ask(server_.port(), "PUT", "/things", "", "{}");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "POST, OPTIONS");
  EXPECT_EQ(wrong.header("Content-Type"), "application/problem+json");
  EXPECT_EQ(ask(server_.port(), "NONSENSE", "/things").status, 405);
}

TEST_F(HttpServer, RefusesBodiesItDoesNotTake) {
  const int port = server_.port();
  EXPECT_EQ(ask(port, "POST", "/things", "", "[1]").status, 400);
  EXPECT_EQ(ask(port, "POST", "/things", "", "{").status, 400);
  EXPECT_EQ(ask(port, "POST", "/things", "", "{\"a\":\"\xff\"}").status, 400);
  EXPECT_EQ(ask(port, "POST", "/things", "", std::string(101, ' ')).status, 413);
  EXPECT_EQ(ask(port, "POST", "/things", "", std::string(4'000'000, ' ')).status, 413);
  EXPECT_EQ(ask(port, "POST", "/things", "Content-Type: text/plain\r\n", "{}").status, 400);
  EXPECT_EQ(ask(port, "POST", "/things", "Content-Type: application/jsonx\r\n", "{}").status, 400);
  EXPECT_EQ(ask(port, "POST", "/things", "Content-Type: application/json; charset=utf-8\r\n", "{}").status,
            200);
  EXPECT_EQ(ask(port, "POST", "/things", "X-Key: no\r\n", "{}").status, 403);
  EXPECT_EQ(ask(port, "GET", "/things/a", "", "{}").status, 413);
  const std::string chunked =
      "POST /things HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(sendRaw(port, chunked + "2\r\n{}\r\n0\r\n\r\n").status, 413);
}

TEST_F(HttpServer, AnswersLaterOrSaysThatItDoesNot) {
  EXPECT_EQ(get("/later").status, 504);
  kept_->reply(200, Json::object());  // too late: dropped
  const auto reply = Timer::every(std::chrono::milliseconds(1), [this] {
    if (kept_) kept_->reply(200, Json::object());
  });
  kept_.reset();
  EXPECT_EQ(get("/later").status, 200);
  EXPECT_EQ(get("/never").status, 500);
}

TEST_F(HttpServer, AClientMayLeaveBeforeItsAnswer) {
  sendAndLeave(server_.port(), "GET /later HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  waitFor("the call", [this] { return kept_ != nullptr; });
  waitFor("its end", [this] { return kept_->answered(); });
  EXPECT_EQ(get("/things/a").status, 200);
}

TEST_F(HttpServer, SendsFilesInPieces) {
  const std::string text = writeFile(3'000'001);
  const auto whole = get("/file");
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.header("Content-Type"), "video/webm");
  EXPECT_EQ(whole.header("Accept-Ranges"), "bytes");
  EXPECT_TRUE(whole.body == text);
  const auto part = get("/file", "Range: bytes=999990-1300009\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.header("Content-Range"), "bytes 999990-1300009/3000001");
  EXPECT_TRUE(part.body == text.substr(999'990, 300'020));
  EXPECT_EQ(get("/file", "Range: bytes=-5\r\n").body, text.substr(text.size() - 5));
  const auto beyond = get("/file", "Range: bytes=3000001-\r\n");
  EXPECT_EQ(beyond.status, 416);
  EXPECT_EQ(beyond.header("Content-Range"), "bytes */3000001");
  const std::string etag = whole.header("ETag");
  EXPECT_EQ(get("/file", "If-None-Match: " + etag + "\r\n").status, 304);
  EXPECT_EQ(get("/file", "Range: bytes=0-0\r\nIf-Range: " + etag + "\r\n").status, 206);
  EXPECT_EQ(get("/file", "Range: bytes=0-0\r\nIf-Range: \"old\"\r\n").status, 200);
  const auto head = ask(server_.port(), "HEAD", "/file");
  EXPECT_EQ(head.header("Content-Length"), "3000001");
}

TEST_F(HttpServer, SendsEmptyFilesAndMissesNone) {
  writeFile(0);
  EXPECT_EQ(get("/file").status, 200);
  EXPECT_EQ(get("/file").body, "");
  EXPECT_EQ(get("/file", "Range: bytes=0-\r\n").status, 416);
  std::remove(file_.c_str());
  EXPECT_EQ(get("/file").status, 404);
  file_ = "/";
  EXPECT_EQ(get("/file").status, 404);
  file_.clear();
}

TEST_F(HttpServer, ADownloadMayBeBrokenOff) {
  writeFile(20'000'000);
  for (int i = 0; i < 5; ++i)
    sendAndLeave(server_.port(), "GET /file HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  EXPECT_EQ(get("/file", "Range: bytes=0-3\r\n").body, "0,2,");
}

long openFiles() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
}

/// Whatever becomes of a connection, its descriptor and its memory come back.
TEST_F(HttpServer, KeepsNothingOfAConnection) {
  const auto round = [this] {
    get("/things/a");
    ask(server_.port(), "GET", "/nowhere", "Connection: keep-alive\r\n");
    sendAndLeave(server_.port(), "");
    sendAndLeave(server_.port(), "GET /things/a HT");
    sendAndLeave(server_.port(), "GET /things/a HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    settle();
  };
  for (int i = 0; i < 20; ++i)
    round();
  const long files = openFiles();
  const double heap = heapBytesInUse();
  constexpr int rounds = 60;
  for (int i = 0; i < rounds; ++i)
    round();
  waitFor("the descriptors to be closed", [files] { return openFiles() <= files; });
  // A GSocket is 338 bytes, and there were five a round.
  EXPECT_LT(heapBytesInUse() - heap, rounds * 200);
}

TEST_F(HttpServer, ListensOnAfterItHadNoDescriptorLeft) {
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
  UniqueFd client = connectTo(server_.port());
  const rlimit none{static_cast<rlim_t>(client.get()) + 1, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
  settle();  // accept() fails
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  client.reset();
  EXPECT_EQ(get("/things/a").status, 200);
}

}  // namespace
}  // namespace tributary::http
