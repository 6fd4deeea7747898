// What the server makes of a recording, with a room that only says that it records.
#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "container/media_file.h"
#include "recordings/recordings.h"
#include "support/loop_test.h"

namespace tributary {
namespace {

namespace fs = std::filesystem;

constexpr int64_t second = 1'000'000'000;  // ns

/// A film of sound alone, as a room writes it.
void writeFilm(int fd, int seconds, size_t packetBytes = 100) {
  const auto append = [fd](const std::string& bytes) {
    ASSERT_EQ(::write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  };
  const auto writer = makeMediaWriter(Container::webm);
  append(writer->header({}));
  constexpr int64_t tick = second / 50;
  for (int64_t at = 0; at < seconds * second; at += tick)
    append(writer->add({MediaPacket::Kind::audio, at, tick, true, std::vector<uint8_t>(packetBytes, 7)}));
  append(writer->flush());
}

/// A room that does what it is asked at once.
class StubRoom : public RoomPort {
 public:
  void whenRoomReady(std::function<void(const Result<void>&)> done) override { done({}); }
  void askRoom(const std::string& method, const Json&, UniqueFd fd,
               std::function<void(const Result<Json>&)> done) override {
    asked.push_back(method);
    if (fd) writeFilm(fd.get(), filmSeconds, packetBytes);
    main_context::post([done = std::move(done)] { done(Json::object({{"clean", true}})); });
  }
  Result<RecordingOptions> recordingWish(const Json& request) override {
    return recordingOptions({}, request);
  }
  void tellRoom(const Json& message) override { told = message; }

  std::ptrdiff_t count(const std::string& method) const { return std::ranges::count(asked, method); }

  std::vector<std::string> asked;
  Json told;
  int filmSeconds = 2;
  size_t packetBytes = 100;
};

class RecordingLife : public LoopTest {
 protected:
  void SetUp() override {
    LoopTest::SetUp();
    char name[] = "/tmp/tributary-life-XXXXXX";
    dir_ = mkdtemp(name);
    open();
  }
  void TearDown() override {
    recordings_.reset();
    fs::remove_all(dir_);
  }

  void open() {
    Recordings::Settings settings;
    settings.folder = dir_;
    settings.minFreeBytes = 0;
    Recordings::Callbacks callbacks;
    callbacks.onEvent = [this](const char* type, const Manifest&) { events_.emplace_back(type); };
    callbacks.onOver = [this](const Manifest& manifest, bool) { over_.push_back(manifest.toJson()); };
    recordings_.emplace(settings, std::move(callbacks));
    recordings_->open();
    recordings_->roomOpened("demo", room_);
  }

  void record(const char* wish = "{}") {
    recordings_->start("demo", *Json::parse(wish), "api", [this](const Result<Json>& started) {
      ASSERT_TRUE(started) << started.error().message;
      id_ = (*started)["recordingId"].stringOr("");
    });
    waitFor("the recording to run", [this] { return !id_.empty(); });
  }
  void progress(double duration, int64_t bytes = 1000) {
    recordings_->onEvent(
        "demo",
        Json::object({{"recordingId", id_}, {"kind", "progress"}, {"duration", duration}, {"bytes", bytes}}));
  }
  void setPaused(bool paused) {
    const auto set = recordings_->setPaused(id_, paused);
    ASSERT_TRUE(set) << set.error().message;
  }
  /// Stops it, and waits for what is left.
  Json stop() {
    recordings_->stopById(id_, [](const Result<Json>&) {});
    return end();
  }
  Json end() {
    waitFor("the recording to be over", [this] { return !over_.empty(); });
    return over_.empty() ? Json() : over_.back();
  }
  Json current() const { return recordings_->current("demo"); }

  std::string dir_;
  StubRoom room_;
  std::optional<Recordings> recordings_;
  std::string id_;
  std::vector<std::string> events_;
  std::vector<Json> over_;
};

TEST_F(RecordingLife, APausedOneStaysPausedWhenItsRoomDies) {
  record();
  progress(2);
  setPaused(true);
  EXPECT_EQ(room_.count("pauseRecording"), 1);
  recordings_->roomDied("demo");
  EXPECT_TRUE(current()["paused"].booleanOr(false));
  EXPECT_TRUE(current()["interrupted"].booleanOr(false));
  recordings_->roomReady("demo");
  settle();
  EXPECT_EQ(room_.count("startRecording"), 1) << "nobody wanted it to go on";
  EXPECT_TRUE(current()["paused"].booleanOr(false));
  EXPECT_FALSE(current()["interrupted"].booleanOr(true)) << "its room is back";
  EXPECT_EQ(room_.told["recording"].dump(), current().dump()) << "people are told";
  setPaused(false);
  waitFor("it to go on", [this] { return room_.count("startRecording") == 2; });
  settle();
  EXPECT_FALSE(current()["interrupted"].booleanOr(true));
  const Json done = stop();
  ASSERT_EQ(done["gaps"].size(), 1U) << done.dump(true);
  EXPECT_EQ(done["gaps"].at(0)["reason"].stringOr(""), "paused");
  EXPECT_EQ(done["gaps"].at(0)["at"].numberOr(0), 2);
  EXPECT_EQ(done["files"].size(), 2U);
  EXPECT_EQ(done["status"].stringOr(""), "completed") << done.dump(true);
}

TEST_F(RecordingLife, MayBePausedAndGoOnWhileItsRoomIsAway) {
  record();
  progress(2);
  recordings_->roomDied("demo");
  setPaused(true);
  recordings_->roomReady("demo");
  recordings_->roomReady("demo");  // somebody joins
  settle();
  EXPECT_EQ(room_.count("startRecording"), 1);
  recordings_->roomDied("demo");
  setPaused(false);
  recordings_->roomReady("demo");
  recordings_->roomReady("demo");
  waitFor("it to go on", [this] { return room_.count("startRecording") >= 2; });
  settle();
  EXPECT_EQ(room_.count("startRecording"), 2) << "asked twice, a room refuses the second";
  const Json done = stop();
  ASSERT_EQ(done["gaps"].size(), 3U) << done["gaps"].dump();
  EXPECT_EQ(done["gaps"].at(0)["reason"].stringOr(""), "roomDied");
  EXPECT_EQ(done["gaps"].at(1)["reason"].stringOr(""), "paused");
  EXPECT_EQ(done["gaps"].at(2)["reason"].stringOr(""), "roomDied");
}

TEST_F(RecordingLife, PausedWhileItsNextPartIsMadeItGoesOnLaterInAnother) {
  record();
  progress(2);
  recordings_->roomDied("demo");
  recordings_->roomReady("demo");
  setPaused(true);  // the disk's thread has the file in hand
  bool made = false;
  const std::string leaf =
      recordings_->list("demo")["recordings"].at(0)["files"].at(0)["filename"].stringOr("");
  recordings_->openFile(id_, leaf, [&made](Result<UniqueFd>, const std::string&) { made = true; });
  waitFor("the disk", [&made] { return made; });
  EXPECT_EQ(room_.count("startRecording"), 1);
  setPaused(false);
  waitFor("it to go on", [this] { return room_.count("startRecording") == 2; });
  settle();
  const Json done = stop();
  EXPECT_EQ(done["files"].size(), 2U) << "a part with nothing in it is none";
  EXPECT_EQ(done["status"].stringOr(""), "completed") << done.dump(true);
}

TEST_F(RecordingLife, StoppedWhilePausedItHasTheGap) {
  record();
  progress(1.5);
  setPaused(true);
  const Json done = stop();
  ASSERT_EQ(done["gaps"].size(), 1U);
  EXPECT_EQ(done["gaps"].at(0)["reason"].stringOr(""), "paused");
  EXPECT_EQ(done["gaps"].at(0)["at"].numberOr(0), 1.5);
}

TEST_F(RecordingLife, EndsAtItsLargestSize) {
  record(R"({"maxSize": 3})");
  progress(2, 3 << 20);
  const Json done = end();
  EXPECT_EQ(done["status"].stringOr(""), "limitReached");
  EXPECT_EQ(room_.count("stopRecording"), 1);
  EXPECT_NE(done["error"].stringOr("").find("largest size"), std::string::npos);
}

}  // namespace
}  // namespace tributary
