// Recordings of the real server: what is left when anything is killed, and what its API says.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "ctl.h"
#include "http_client.h"
#include "media_probe.h"
#include "server_process.h"
#include "signalling_client.h"

namespace tributary::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* smallProfile =
    R"({"canvas": {"width": 640, "height": 360}, "renditions": [{"name": "360p", "height": 360, "bitrate": 400000}]})";
constexpr const char* noSpaceLimit = R"({"recordings": {"minFreeSpace": 0}})";

class RecordingsTest : public testing::Test {
 protected:
  explicit RecordingsTest(const std::string& config = noSpaceLimit) : server_(config, smallProfile) {}

  int port() const { return std::atoi(server_.url().substr(server_.url().rfind(':') + 1).c_str()); }

  Json get(const std::string& path) const {
    const auto answer = ask(port(), "GET", path);
    return Json::parse(answer.body).value_or(Json());
  }
  HttpAnswer post(const std::string& path, const std::string& body = "{}") const {
    return ask(port(), "POST", path, "", body);
  }

  std::shared_ptr<SignallingClient> enter(const std::string& room, const std::string& name = "Ada") {
    auto client = SignallingClient::create(server_.url());
    client->join(room, name);
    EXPECT_TRUE(waitFor([&] { return client->joined(); }));
    return client;
  }

  /// Starts a recording by HTTP; its id.
  std::string record(const std::string& room, const std::string& wish = "{}") const {
    const auto answer = post("/v1/rooms/" + room + "/recordings", wish);
    EXPECT_EQ(answer.status, 201) << answer.body;
    return Json::parse(answer.body).value_or(Json())["recordingId"].stringOr("");
  }

  Json recording(const std::string& id) const { return get("/v1/recordings/" + id); }
  bool recorded(const std::string& id, double seconds) {
    return waitFor([&] { return recording(id)["duration"].numberOr(0) >= seconds; }, 60);
  }
  bool isOver(const std::string& id) {
    return waitFor(
        [&] {
          const Json now = recording(id);
          const std::string status = now["status"].stringOr("");
          return status != "" && status != "starting" && status != "active" && status != "ending";
        },
        60);
  }
  std::string pathOf(const Json& recording, size_t file = 0) const {
    const std::string path = server_.stateDir() + "/recordings/" + recording["path"].stringOr("");
    return path.substr(0, path.rfind('/') + 1) + recording["files"].at(file)["filename"].stringOr("");
  }
  Json manifestOnDisk(const Json& recording) const {
    std::ifstream file(server_.stateDir() + "/recordings/" + recording["path"].stringOr("") + ".json");
    std::stringstream text;
    text << file.rdbuf();
    return Json::parse(text.str()).value_or(Json());
  }
  /// The process that makes a room: the one that says so in the log.
  int roomPid(const std::string& room) const {
    std::istringstream text(server_.log());
    int pid = 0;
    for (std::string line; std::getline(text, line);) {
      const size_t at = line.find(" pid=");
      const bool ready = line.find("event=room.ready room=" + room + " pid=") != std::string::npos;
      if (ready && at != std::string::npos) pid = std::atoi(line.c_str() + at + 5);
    }
    return pid;
  }
  int leftParts() const {
    int count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(server_.stateDir() + "/recordings"))
      count += entry.path().extension() == ".part" ? 1 : 0;
    return count;
  }

  ServerProcess server_;
};

/// How often something is killed; TRIBUTARY_KILLS asks for more.
int kills() {
  const char* wanted = std::getenv("TRIBUTARY_KILLS");
  return wanted != nullptr ? std::atoi(wanted) : 4;
}

TEST_F(RecordingsTest, AreStartedByAModeratorAndToldToAll) {
  const auto ada = enter("demo");
  const auto bob = enter("demo", "Bob <\"& \\ ../..");
  TestPeer::Options talker;
  talker.tone = 440;
  ada->call(talker);
  ASSERT_TRUE(waitFor([&] { return ada->answered() && ada->peer()->video().frames > 0; }));
  ada->send(Json::object({{"type", "startRecording"}, {"id", 10}}));
  ASSERT_TRUE(waitFor([&] { return !ada->replyTo(10).isNull(); }));
  EXPECT_EQ(ada->replyTo(10)["type"].stringOr(""), "ok") << ada->replyTo(10).dump();
  const auto told = [&] {
    for (const auto& message : bob->messages()) {
      if (message["type"].stringOr("") == "recordingChanged" && message["recording"].isObject()) return true;
    }
    return false;
  };
  EXPECT_TRUE(waitFor(told));
  const std::string id = get("/v1/rooms/demo/recordings")["recordings"].at(0)["recordingId"].stringOr("");
  ASSERT_TRUE(recorded(id, 4));
  EXPECT_EQ(post("/v1/rooms/demo/recordings").status, 400) << "a second one at the same time";
  EXPECT_EQ(ask(port(), "DELETE", "/v1/recordings/" + id).status, 400) << "while it is being made";
  const auto eve = enter("demo", "Eve");
  EXPECT_TRUE(eve->messages().front()["recording"].isObject()) << "who joins later must know";
  ada->send(Json::object({{"type", "stopRecording"}, {"id", 11}}));
  ASSERT_TRUE(isOver(id));

  const Json done = recording(id);
  EXPECT_EQ(done["status"].stringOr(""), "completed") << done.dump(true);
  EXPECT_EQ(manifestOnDisk(done).dump(), done.dump());
  EXPECT_EQ(leftParts(), 0);
  EXPECT_EQ(done["participants"].size(), 3U);
  EXPECT_EQ(done["participants"].at(1)["name"].stringOr(""), "Bob <\"& \\ ../..");
  EXPECT_GE(done["layoutChanges"].size(), 1U);
  EXPECT_EQ(done["talkers"].at(0)["identity"].stringOr(""),
            done["participants"].at(0)["identity"].stringOr("?"));
  const Probe film = probe(pathOf(done));
  EXPECT_EQ(film.complaints, "");
  EXPECT_NEAR(film.duration, done["duration"].numberOr(0), 0.1);
  EXPECT_EQ(film.frames, done["frames"].integerOr(0)) << "what came after the stop is not in the manifest";
  EXPECT_NEAR(static_cast<double>(film.frames + done["missingFrames"].integerOr(0)), 25 * film.duration, 2);
  EXPECT_GE(static_cast<double>(film.frames), 25 * film.duration * 0.95);
  EXPECT_FALSE(film.chapters.empty());
  EXPECT_GT(toneLevel(pathOf(done), 440, 1, 3), -35);

  const std::string url = "/v1/recordings/" + id + "/files/" + done["files"].at(0)["filename"].stringOr("");
  const auto part = ask(port(), "GET", url, "Range: bytes=0-99\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_EQ(part.body.size(), 100U);
  EXPECT_EQ(part.header("Content-Type"), "video/webm");
  EXPECT_EQ(ask(port(), "GET", "/v1/recordings/" + id + "/files/..%2f..%2fconfig.json").status, 404);
  EXPECT_EQ(ask(port(), "DELETE", "/v1/recordings/" + id).status, 204);
  EXPECT_FALSE(fs::exists(pathOf(done)));
  EXPECT_EQ(ask(port(), "GET", "/v1/recordings/" + id).status, 404);
  EXPECT_EQ(server_.complaints(), std::vector<std::string>());
}

TEST_F(RecordingsTest, GoOnInAnotherPartWhenTheRoomIsKilled) {
  std::mt19937 random(20261122);
  std::uniform_real_distribution<double> moment(0.3, 3);
  for (int i = 0; i < kills(); ++i) {
    const std::string room = "room" + std::to_string(i);
    SCOPED_TRACE(room);
    const auto ada = enter(room);
    const std::string id = record(room);
    const double began = now();
    const double until = began + moment(random);
    waitFor([until] { return now() > until; });
    const double killed = now() - began;
    ASSERT_EQ(::kill(roomPid(room), SIGKILL), 0);
    ASSERT_TRUE(waitFor([&] { return recording(id)["gaps"].size() > 0; }, 60)) << recording(id).dump(true);
    ASSERT_TRUE(recorded(id, recording(id)["duration"].numberOr(0) + 1));
    EXPECT_TRUE(manifestOnDisk(recording(id))["files"].isArray()) << "the manifest is no JSON";
    post("/v1/recordings/" + id + "/stop");
    ASSERT_TRUE(isOver(id));
    const Json done = recording(id);
    EXPECT_EQ(done["status"].stringOr(""), "completed") << done.dump(true);
    if (killed > 2) {
      ASSERT_EQ(done["files"].size(), 2U) << done.dump(true);
    }
    double played = 0;
    for (size_t file = 0; file < done["files"].size(); ++file) {
      const Probe film = probe(pathOf(done, file));
      EXPECT_EQ(film.complaints, "");
      EXPECT_NEAR(film.duration, done["files"].at(file)["duration"].numberOr(0), 0.05);
      if (file == 0 && done["files"].size() == 2) played = film.duration;
    }
    // The recording is counted from the answer on, some time after its first frame.
    EXPECT_GT(played, killed - 2);
    EXPECT_EQ(leftParts(), 0);
    ada->leave();
  }
}

TEST_F(RecordingsTest, AreFinishedAtTheNextStartWhenTheServerIsKilled) {
  for (int i = 0; i < std::max(1, kills() / 4); ++i) {
    const std::string room = "room" + std::to_string(i);
    SCOPED_TRACE(room);
    const auto ada = enter(room);
    const std::string id = record(room);
    ASSERT_TRUE(recorded(id, 2.5));
    const double known = recording(id)["duration"].numberOr(0);
    const auto children = server_.children();
    server_.killAndRestart();
    ASSERT_TRUE(isOver(id));
    const Json done = recording(id);
    EXPECT_EQ(done["status"].stringOr(""), "aborted");
    EXPECT_NE(done["error"].stringOr(""), "");
    const Probe film = probe(pathOf(done));
    EXPECT_EQ(film.complaints, "");
    EXPECT_GT(film.duration, known - 0.5);
    EXPECT_EQ(leftParts(), 0);
    for (const int child : children)
      EXPECT_TRUE(waitFor([&] { return ::kill(child, 0) != 0; })) << "a room process outlives its server";
  }
}

TEST_F(RecordingsTest, LimitsPartsAndPauses) {
  const auto ada = enter("demo");
  EXPECT_EQ(post("/v1/rooms/demo/recordings", R"({"container": "avi"})").status, 400);
  EXPECT_EQ(post("/v1/rooms/demo/recordings", R"({"maxDuration": 0})").status, 400);
  EXPECT_EQ(post("/v1/rooms/nowhere/recordings").status, 404);
  const std::string parts = record("demo", R"({"partDuration": 2, "maxDuration": 7})");
  ASSERT_TRUE(isOver(parts));
  const Json done = recording(parts);
  EXPECT_EQ(done["status"].stringOr(""), "limitReached") << done.dump(true);
  ASSERT_GE(done["files"].size(), 2U) << done.dump(true);
  double sum = 0;
  for (size_t i = 0; i < done["files"].size(); ++i) {
    const Probe film = probe(pathOf(done, i));
    EXPECT_EQ(film.complaints, "");
    EXPECT_NEAR(done["files"].at(i)["start"].numberOr(0), sum, 0.1);
    sum += film.duration;
  }
  EXPECT_NEAR(sum, done["duration"].numberOr(0), 0.2);

  const std::string paused = record("demo");
  ASSERT_TRUE(recorded(paused, 1.5));
  EXPECT_EQ(post("/v1/recordings/" + paused + "/pause").status, 200);
  const double until = now() + 2;
  waitFor([until] { return now() > until; });
  EXPECT_EQ(post("/v1/recordings/" + paused + "/resume").status, 200);
  ASSERT_TRUE(recorded(paused, recording(paused)["duration"].numberOr(0) + 1.5));
  EXPECT_EQ(post("/v1/recordings/" + paused + "/stop").status, 200);
  ASSERT_TRUE(isOver(paused));
  EXPECT_EQ(recording(paused)["gaps"].at(0)["reason"].stringOr(""), "paused");
  EXPECT_EQ(probe(pathOf(recording(paused))).complaints, "");
}

TEST_F(RecordingsTest, StartAndStopAgainAndAgainCostsNothing) {
  const auto ada = enter("demo");
  const auto once = [this] {
    const std::string id = record("demo");
    EXPECT_TRUE(waitFor([&] { return recording(id)["duration"].numberOr(0) > 0.2; }, 60));
    EXPECT_EQ(post("/v1/recordings/" + id + "/stop").status, 200);
    EXPECT_TRUE(isOver(id));
    const Json done = recording(id);
    EXPECT_EQ(done["status"].stringOr(""), "completed") << done.dump(true);
    return done;
  };
  for (int i = 0; i < 3; ++i)
    once();
  const int room = roomPid("demo");
  const auto roomBefore = sizeOf(room);
  const auto serverBefore = sizeOf(server_.pid());
  const auto heaps = [this] {
    auto now = server_.metrics();
    return std::pair{now["tributary_room_process_heap_bytes"], now["tributary_heap_bytes"]};
  };
  const auto heapBefore = heaps();
  const char* wanted = std::getenv("TRIBUTARY_CYCLES");
  const int cycles = wanted != nullptr ? std::atoi(wanted) : 12;
  for (int i = 0; i < cycles; ++i) {
    const Json done = once();
    if (i % 10 == 0) {
      EXPECT_EQ(probe(pathOf(done)).complaints, "");
    }
  }
  EXPECT_TRUE(waitFor([&] { return sizeOf(room).threads <= roomBefore.threads; }));
  EXPECT_LE(sizeOf(room).files, roomBefore.files + 1);
  EXPECT_LE(sizeOf(server_.pid()).files, serverBefore.files + 1);
  EXPECT_LE(sizeOf(server_.pid()).threads, serverBefore.threads + 1);
  const auto heapAfter = heaps();
  // What the server keeps of each is its line in the list.
  EXPECT_LT(heapAfter.first - heapBefore.first, 1.5e6);
  EXPECT_LT(heapAfter.second - heapBefore.second, 1e6 + cycles * 20e3);
  std::printf("%d cycles: heap of the room %+.0f kB, of the server %+.0f kB\n", cycles,
              (heapAfter.first - heapBefore.first) / 1e3, (heapAfter.second - heapBefore.second) / 1e3);
}

TEST_F(RecordingsTest, AreMadeFetchedAndDeletedAtATerminal) {
  const auto ada = enter("demo");
  const auto ctl = [this](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "record");
    return runCtl(server_.url(), std::move(arguments), {"TRIBUTARY_PROGRESS=always"});
  };
  EXPECT_NE(ctl({"start", "nowhere"}).error.find("no room 'nowhere'"), std::string::npos);
  EXPECT_NE(ctl({"stop", "demo"}).error.find("no room of that name is being recorded"), std::string::npos);
  EXPECT_NE(ctl({"start", "demo", "--container", "mp4", "--codec", "VP8"}).error.find("mp4 takes H264"),
            std::string::npos);
  const auto started = ctl({"start", "demo", "--container", "mkv", "--part-duration", "1"});
  ASSERT_EQ(started.status, 0) << started.error;
  const std::string id = started.out.substr(0, started.out.find('\n'));
  ASSERT_TRUE(waitFor([&] { return recording(id)["files"].at(1)["duration"].numberOr(0) > 0.2; }, 60));
  EXPECT_NE(ctl({"get", id}).error.find("record stop " + id + " first"), std::string::npos);
  ASSERT_EQ(ctl({"pause", "demo"}).status, 0);
  EXPECT_NE(ctl({"show", "demo"}).out.find("active, paused"), std::string::npos);
  ASSERT_EQ(ctl({"resume", "demo"}).status, 0);
  const auto stopped = ctl({"stop", "demo"});
  ASSERT_EQ(stopped.status, 0) << stopped.error;
  EXPECT_NE(stopped.out.find("completed"), std::string::npos) << stopped.out;
  EXPECT_NE(ctl({"list", "demo"}).out.find(id), std::string::npos);

  const std::string folder = server_.stateDir() + "/fetched";
  const Json done = recording(id);
  const std::string second = done["files"].at(1)["filename"].stringOr("");
  // As an attempt that was cut off in the middle leaves it.
  fs::create_directories(folder);
  fs::copy_file(pathOf(done, 1), folder + "/" + second + ".part");
  fs::resize_file(folder + "/" + second + ".part", fs::file_size(pathOf(done, 1)) / 2);
  const auto got = ctl({"get", id, "-o", folder, "--manifest"});
  ASSERT_EQ(got.status, 0) << got.error;
  EXPECT_NE(got.error.find("100%"), std::string::npos) << "no progress is shown: " << got.error;
  for (size_t i = 0; i < done["files"].size(); ++i) {
    const Probe film = probe(folder + "/" + done["files"].at(i)["filename"].stringOr(""));
    EXPECT_EQ(film.complaints, "");
    EXPECT_NEAR(film.duration, done["files"].at(i)["duration"].numberOr(0), 0.05);
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), static_cast<long>(done["files"].size()) + 2);
  // A part that is not ours is noticed by its sum, not handed out as a film.
  std::ofstream(folder + "/" + second + ".part") << "rubbish";
  fs::remove(folder + "/" + second);
  EXPECT_NE(ctl({"get", id, "-o", folder}).error.find("not what was recorded"), std::string::npos);
  EXPECT_EQ(ctl({"get", id, "-o", folder}).status, 0);
  EXPECT_EQ(ctl({"delete", id}).status, 0);
  EXPECT_EQ(ctl({"show", id}).status, 1);
}

/// Recordings on a file system of their own, of one MiB.
class SmallDiskTest : public RecordingsTest {
 protected:
  SmallDiskTest() : RecordingsTest(R"({"recordings": {"minFreeSpace": 0, "folder": ")" + disk() + R"("}})") {}
  ~SmallDiskTest() override {
    std::system(("umount -l " + disk() + " 2>/dev/null; rmdir " + disk()).c_str());
  }
  void SetUp() override {
    fs::create_directories(disk());
    mounted_ = std::system(("mount -t tmpfs -o size=1m tmpfs " + disk() + " 2>/dev/null").c_str()) == 0;
    if (!mounted_) GTEST_SKIP() << "may not mount here";
  }
  static std::string disk() { return "/tmp/tributary-small-disk-" + std::to_string(::getpid()); }

  bool mounted_ = false;
};

TEST_F(SmallDiskTest, AFullDiskEndsTheRecordingWithAFileThatPlays) {
  const auto ada = enter("demo");
  TestPeer::Options talker;
  talker.framerate = 25;
  ada->call(talker);
  ASSERT_TRUE(waitFor([&] { return ada->answered() && ada->peer()->video().frames > 0; }));
  std::ofstream(disk() + "/ballast") << std::string(850'000, 'x');
  ada->peer()->resetGap();
  const std::string id = record("demo");
  ASSERT_TRUE(waitFor([&] { return recording(id)["status"].stringOr("") == "failed"; }, 120));
  const Json done = recording(id);
  EXPECT_NE(done["error"].stringOr("").find("No space"), std::string::npos) << done["error"].dump();
  EXPECT_LT(ada->peer()->video().largestGap, 0.4) << "the call has felt it";
  const std::string path = disk() + "/" + done["path"].stringOr("") + ".webm";
  const Probe film = probe(path);
  EXPECT_EQ(film.complaints, "");
  EXPECT_GT(film.duration, 1);
  const auto told = [&] {
    for (const auto& message : ada->messages()) {
      if (message["ended"]["error"].string()) return true;
    }
    return false;
  };
  EXPECT_TRUE(waitFor(told)) << "people are not told";
}

TEST_F(SmallDiskTest, ADiskThatCannotBeWrittenSaysSoAtOnce) {
  const auto ada = enter("demo");
  ASSERT_EQ(std::system(("mount -o remount,ro " + disk()).c_str()), 0);
  const double from = now();
  const auto answer = post("/v1/rooms/demo/recordings");
  EXPECT_LT(now() - from, 4);
  EXPECT_EQ(answer.status, 500);
  EXPECT_NE(answer.body.find("Read-only"), std::string::npos) << answer.body;
  ASSERT_EQ(std::system(("mount -o remount,rw " + disk()).c_str()), 0);
  const std::string id = record("demo");
  ASSERT_TRUE(recorded(id, 0.5));
  post("/v1/recordings/" + id + "/stop");
  EXPECT_TRUE(isOver(id));
}

}  // namespace
}  // namespace tributary::test
