// Recordings of the real server: what is left when anything is killed, and what its API says.
#include <csignal>
#include <random>

#include "ctl.h"
#include "media_probe.h"
#include "recordings_fixture.h"

namespace tributary::test {
namespace {

/// How often something is killed; TRIBUTARY_KILLS asks for more.
int kills(int usually) {
  const char* wanted = std::getenv("TRIBUTARY_KILLS");
  return wanted != nullptr ? std::atoi(wanted) : usually;
}

/// By number: one container after the other.
std::string inTurn(int number) {
  constexpr std::array containers = {"webm", "mkv", "mp4"};
  return std::string(R"({"container": ")") + containers.at(static_cast<size_t>(number) % containers.size()) +
         R"("})";
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
  ada->send(Json::object({{"type", "setLayout"}, {"id", 12}, {"layout", "speaker"}}));
  ASSERT_TRUE(waitFor([&] { return !ada->replyTo(12).isNull(); }));
  EXPECT_EQ(ada->replyTo(12)["type"].stringOr(""), "ok") << ada->replyTo(12).dump();
  const auto eve = enter("demo", "Eve");
  EXPECT_TRUE(eve->messages().front()["recording"].isObject()) << "who joins later must know";
  ada->send(Json::object({{"type", "stopRecording"}, {"id", 11}}));
  ASSERT_TRUE(isOver(id));

  const Json done = recording(id);
  EXPECT_EQ(done["status"].stringOr(""), "completed") << done.dump(true);
  EXPECT_TRUE(waitFor([&] { return manifestOnDisk(done).dump() == done.dump(); })) << done.dump();
  EXPECT_EQ(leftParts(), 0);
  EXPECT_EQ(done["participants"].size(), 3U);
  EXPECT_EQ(done["participants"].at(1)["name"].stringOr(""), "Bob <\"& \\ ../..");
  ASSERT_GE(done["layoutChanges"].size(), 2U);
  const Json lastChange = done["layoutChanges"].at(done["layoutChanges"].size() - 1);
  EXPECT_EQ(lastChange["layout"].stringOr(""), "speaker");
  EXPECT_GE(lastChange["at"].numberOr(0), 4);
  EXPECT_EQ(lastChange["tiles"].size(), 3U) << "with Eve";
  EXPECT_EQ(done["talkers"].at(0)["identity"].stringOr(""),
            done["participants"].at(0)["identity"].stringOr("?"));
  const Probe film = probe(pathOf(done));
  EXPECT_EQ(film.complaints, "");
  EXPECT_NEAR(film.duration, done["duration"].numberOr(0), 0.1);
  EXPECT_EQ(film.frames, done["frames"].integerOr(0)) << "what came after the stop is not in the manifest";
  EXPECT_NEAR(static_cast<double>(film.frames + done["missingFrames"].integerOr(0)), 25 * film.duration, 2);
  EXPECT_GE(static_cast<double>(film.frames), 25 * film.duration * 0.95);
  EXPECT_EQ(film.chapters, (std::vector<std::string>{"Start", "Layout: speaker"}));
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
  for (int i = 0; i < kills(4); ++i) {
    const std::string room = "room" + std::to_string(i);
    SCOPED_TRACE(room);
    const auto ada = enter(room);
    const std::string id = record(room, inTurn(i));
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

TEST_F(RecordingsTest, APausedOneStaysPausedWhenTheRoomIsKilled) {
  const auto ada = enter("demo");
  const std::string id = record("demo");
  ASSERT_TRUE(recorded(id, 1.5));
  EXPECT_EQ(post("/v1/recordings/" + id + "/pause").status, 200);
  const int before = roomPid("demo");
  ASSERT_EQ(::kill(before, SIGKILL), 0);
  ASSERT_TRUE(waitFor([&] { return roomPid("demo") != before; }, 60));
  const auto bob = enter("demo", "Bob");
  EXPECT_TRUE(bob->messages().front()["recording"]["paused"].booleanOr(false));
  const double until = now() + 2;
  waitFor([until] { return now() > until; });
  const Json held = recording(id);
  EXPECT_EQ(held["files"].size(), 1U) << "nobody wanted it to go on" << held.dump(true);
  EXPECT_TRUE(held["paused"].booleanOr(false));
  EXPECT_EQ(post("/v1/recordings/" + id + "/resume").status, 200);
  ASSERT_TRUE(recorded(id, held["duration"].numberOr(0) + 1.5));
  post("/v1/recordings/" + id + "/stop");
  ASSERT_TRUE(isOver(id));
  const Json done = recording(id);
  EXPECT_EQ(done["status"].stringOr(""), "completed") << done.dump(true);
  ASSERT_EQ(done["files"].size(), 2U);
  ASSERT_EQ(done["gaps"].size(), 1U) << done["gaps"].dump();
  EXPECT_EQ(done["gaps"].at(0)["reason"].stringOr(""), "paused");
  for (size_t file = 0; file < 2; ++file)
    EXPECT_EQ(probe(pathOf(done, file)).complaints, "");
}

TEST_F(RecordingsTest, AreFinishedAtTheNextStartWhenTheServerIsKilled) {
  std::mt19937 random(20261129);
  std::uniform_real_distribution<double> moment(0.3, 4);
  for (int i = 0; i < kills(3); ++i) {
    const std::string room = "room" + std::to_string(i);
    SCOPED_TRACE(room);
    const auto ada = enter(room);
    const std::string id = record(room, inTurn(i));
    const double began = now();
    const double until = began + moment(random);
    waitFor([until] { return now() > until; });
    const auto children = server_.children();
    const double killed = now() - began;
    server_.killAndRestart();
    ASSERT_TRUE(isOver(id));
    const Json done = recording(id);
    EXPECT_EQ(done["status"].stringOr(""), "aborted");
    EXPECT_NE(done["error"].stringOr(""), "");
    EXPECT_TRUE(waitFor([&] { return manifestOnDisk(done)["status"].stringOr("") == "aborted"; }));
    if (killed > 2) {
      ASSERT_EQ(done["files"].size(), 1U) << done.dump(true);
    }
    if (done["files"].size() > 0) {
      const Probe film = probe(pathOf(done));
      EXPECT_EQ(film.complaints, "");
      EXPECT_GT(film.duration, killed - 2);
    }
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

TEST_F(RecordingsTest, EndAtTheirLargestSize) {
  useProfile(R"({"canvas": {"width": 640, "height": 360},
                          "renditions": [{"name": "360p", "height": 360, "bitrate": 4000000}]})");
  const auto ada = enter("demo");
  TestPeer::Options talker;
  talker.bitrate = 4'000'000;
  ada->call(talker);
  ASSERT_TRUE(waitFor([&] { return ada->answered() && ada->peer()->video().frames > 0; }));
  const std::string id = record("demo", R"({"maxSize": 1})");
  ASSERT_TRUE(waitFor([&] { return recording(id)["status"].stringOr("") == "limitReached"; }, 120))
      << recording(id).dump(true);
  const Json done = recording(id);
  EXPECT_NE(done["error"].stringOr("").find("largest size"), std::string::npos) << done.dump(true);
  EXPECT_GE(done["files"].at(0)["size"].integerOr(0), 1 << 20);
  EXPECT_LT(done["files"].at(0)["size"].integerOr(0), 3 << 20) << "it is looked at every second";
  EXPECT_EQ(probe(pathOf(done)).complaints, "");
}

TEST_F(RecordingsTest, BeginByThemselvesWhereTheProfileSaysSo) {
  useProfile(R"({"canvas": {"width": 640, "height": 360}, "recording": {"auto": true}})");
  const auto ada = enter("demo");
  const auto list = [this] { return get("/v1/rooms/demo/recordings")["recordings"]; };
  ASSERT_TRUE(waitFor([&] { return list().size() == 1; }, 60));
  const std::string id = list().at(0)["recordingId"].stringOr("");
  ASSERT_TRUE(recorded(id, 1));
  EXPECT_EQ(recording(id)["startedBy"].stringOr(""), "auto");
  EXPECT_EQ(post("/v1/recordings/" + id + "/stop").status, 200);
  ASSERT_TRUE(isOver(id));
  EXPECT_EQ(recording(id)["status"].stringOr(""), "completed");
  EXPECT_EQ(probe(pathOf(recording(id))).complaints, "");
  const auto bob = enter("demo", "Bob");
  EXPECT_EQ(list().size(), 1U) << "who stops it wants it stopped";
}

TEST_F(RecordingsTest, AreOfSoundAloneInEachContainer) {
  const auto ada = enter("demo");
  TestPeer::Options talker;
  talker.tone = 440;
  ada->call(talker);
  ASSERT_TRUE(waitFor([&] { return ada->answered() && ada->peer()->video().frames > 0; }));
  for (const auto* container : {"webm", "mkv", "mp4"}) {
    SCOPED_TRACE(container);
    const std::string id =
        record("demo", std::string(R"({"audioOnly": true, "container": ")") + container + R"("})");
    ASSERT_TRUE(recorded(id, 2));
    post("/v1/recordings/" + id + "/stop");
    ASSERT_TRUE(isOver(id));
    const Json done = recording(id);
    EXPECT_EQ(done["status"].stringOr(""), "completed") << done.dump(true);
    const Probe film = probe(pathOf(done));
    EXPECT_EQ(film.complaints, "");
    EXPECT_EQ(film.codecs, std::vector<std::string>{"opus"});
    EXPECT_NEAR(film.duration, done["duration"].numberOr(0), 0.1);
    EXPECT_GT(toneLevel(pathOf(done), 440, 1, 2), -35);
  }
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
  std::vector<std::string> films;
  for (int i = 0; i < cycles; ++i) {
    const Json done = once();
    films.push_back(pathOf(done));
    if (i % 10 == 0) {
      EXPECT_EQ(probe(pathOf(done)).complaints, "");
    }
  }
  EXPECT_EQ(complaintsOf(films), "");
  EXPECT_TRUE(waitFor([&] { return sizeOf(room).threads <= roomBefore.threads; }));
  // One that is being closed just now is no leak; twelve would be.
  EXPECT_TRUE(waitFor([&] { return sizeOf(room).files <= roomBefore.files + 1; }));
  EXPECT_TRUE(waitFor([&] { return sizeOf(server_.pid()).files <= serverBefore.files + 1; }));
  EXPECT_TRUE(waitFor([&] { return sizeOf(server_.pid()).threads <= serverBefore.threads + 1; }));
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

}  // namespace
}  // namespace tributary::test
