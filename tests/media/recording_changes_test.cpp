// What a recording gets when the call beneath it changes: encoders replaced, frame rates, canvas sizes,
// renditions of other codecs, people. Every file is one valid stream, and no picture is lost between two.
#include <gst/gst.h>

#include <algorithm>

#include "media_probe.h"
#include "recordings_fixture.h"

namespace tributary::test {
namespace {

constexpr uint32_t red = 0xd02020;

struct Wish {
  int width = 640;
  int height = 360;
  int framerate = 25;
  int speed = -10;        ///< of VP8's encoder
  bool smallToo = false;  ///< a ladder whose first rung is another
  std::string h264 = R"({"element": "openh264enc"})";
  std::string own = "{}";  ///< the recording's own rendition
};

std::string profileOf(const Wish& wish) {
  const std::string small = R"({"name": "small", "height": 180, "bitrate": 300000})";
  const std::string all =
      R"({"name": "all", "height": )" + std::to_string(wish.height) + R"(, "bitrate": 500000})";
  return R"({"canvas": {"width": )" + std::to_string(wish.width) + R"(, "height": )" +
         std::to_string(wish.height) + R"(, "framerate": )" + std::to_string(wish.framerate) +
         R"(}, "layout": {"glide": 0}, "names": {"show": false}, "renditions": [)" +
         (wish.smallToo ? small + ", " + all : all) + R"(], "encoders": {"VP8": {"element": "vp8enc", )" +
         R"("properties": {"deadline": 1, "cpu-used": )" + std::to_string(wish.speed) + R"(}}, "H264": )" +
         wish.h264 + R"(}, "recording": {"own": )" + wish.own + "}}";
}

class RecordingChanges : public RecordingsTest {
 protected:
  void SetUp() override {
    server_.saveProfile(profileOf({}));
    ada_ = talker("Ada", "VP8");
  }

  std::shared_ptr<SignallingClient> talker(const std::string& name, const std::string& codec) {
    auto client = enter("demo", name);
    TestPeer::Options options;
    options.codec = codec;
    options.colour = red;
    options.tone = 440;
    options.width = 320;
    options.height = 180;
    client->call(options);
    // On a busy machine cameras begin late: until then there is a card, which a film would begin with.
    EXPECT_TRUE(waitFor(
        [&] {
          if (!client->answered() || client->peer()->video().frames <= 25) return false;
          const auto seen = client->peer()->pixel(0.25, 0.25);
          return seen.r > 150 && isRedOrBall({seen.r, seen.g, seen.b});
        },
        60));
    return client;
  }

  void begin(const std::string& wish) {
    id_ = record("demo", wish);
    recordMore(1.5);
  }
  void recordMore(double seconds) {
    ASSERT_TRUE(recorded(id_, recording(id_)["duration"].numberOr(0) + seconds));
  }
  size_t reconfigured() const {
    const std::string log = server_.log();
    size_t found = 0;
    for (size_t at = log.find("event=room.reconfigured"); at != std::string::npos;
         at = log.find("event=room.reconfigured", at + 1))
      ++found;
    return found;
  }
  void change(const Wish& wish, double seconds = 1.5) {
    const size_t before = reconfigured();
    server_.saveProfile(profileOf(wish));
    ASSERT_TRUE(waitFor([&] { return reconfigured() > before; }, 60)) << server_.log();
    recordMore(seconds);
  }
  Json end() {
    post("/v1/recordings/" + id_ + "/stop");
    EXPECT_TRUE(isOver(id_));
    const Json done = recording(id_);
    EXPECT_EQ(done["status"].stringOr(""), "completed") << done.dump(true);
    EXPECT_EQ(done["droppedPackets"].integerOr(-1), 0);
    EXPECT_EQ(leftParts(), 0);
    EXPECT_EQ(server_.complaints(), std::vector<std::string>());
    return done;
  }

  /// What `file` is: clean, of one size, red in every picture.
  Probe check(const Json& done, size_t file, const std::string& size) {
    SCOPED_TRACE(done["files"].at(file).dump());
    const std::string path = pathOf(done, file);
    Probe film = probe(path);
    EXPECT_EQ(film.complaints, "");
    EXPECT_EQ(sizesOf(path), std::vector<std::string>{size});
    EXPECT_NEAR(film.duration, done["files"].at(file)["duration"].numberOr(0), 0.05);
    EXPECT_GT(film.smallestStep, 0) << "two pictures at one time";
    const auto seen = coloursAt(path, 0.25, 0.25);
    EXPECT_EQ(seen.size(), static_cast<size_t>(film.frames));
    for (size_t i = 0; i < seen.size(); ++i)
      EXPECT_TRUE(isRedOrBall(seen[i]))
          << "picture " << i << ": " << seen[i].r << " " << seen[i].g << " " << seen[i].b;
    return film;
  }
  /// The test picture is red, and dimmed while nothing new comes; its white ball passes by.
  static bool isRedOrBall(const Colour& seen) {
    return seen.r > 60 && std::abs(seen.g - seen.b) < 40 && (seen.r > 150 || seen.r > 2 * seen.g);
  }

  int64_t notMade() const {
    auto metrics = server_.metrics();
    return static_cast<int64_t>(metrics["tributary_mixer_frames_late_total"] +
                                metrics[R"(tributary_encoder_frames_total{outcome="dropped"})"]);
  }

  /// Pictures and those that a machine without time did not make are all that the frame rates wanted.
  void expectAll(const Json& done, const std::vector<Probe>& films) const {
    double duration = 0;
    int64_t frames = 0;
    double worst = 0;
    for (size_t i = 0; i < films.size(); ++i) {
      // The last sound of a part reaches over its last picture.
      EXPECT_NEAR(done["files"].at(i)["start"].numberOr(-1), duration, 0.05) << done.dump(true);
      duration = done["files"].at(i)["start"].numberOr(0) + films[i].duration;
      frames += films[i].frames;
      worst = std::max(worst, films[i].worstStep);
    }
    EXPECT_NEAR(duration, done["duration"].numberOr(0), 0.1);
    EXPECT_EQ(frames, done["frames"].integerOr(0));
    const int64_t missing = done["missingFrames"].integerOr(999);
    // Those that a busy machine did not make are none of the recording's doing.
    if (server_.log().find("event=room.capacity") == std::string::npos) {
      EXPECT_LE(missing, std::max<int64_t>(frames / 100, 2) + notMade()) << done["gaps"].dump();
    }
    std::printf("%zu files, %.2f s, %ld frames, %ld missing, largest step %.0f ms\n", films.size(), duration,
                static_cast<long>(frames), static_cast<long>(done["missingFrames"].integerOr(0)),
                worst * 1000);
  }

  std::shared_ptr<SignallingClient> ada_;
  std::string id_;
};

TEST_F(RecordingChanges, EncodersAndFrameRatesAreReplacedWithinOneFile) {
  begin("{}");
  change({.speed = -8});
  change({.framerate = 15});
  change({.framerate = 25, .speed = -12});
  const auto bob = talker("Bob", "H264");  // another rendition starts
  recordMore(1);
  bob->leave();  // and stops
  recordMore(1.5);
  for (int speed = -4; speed > -12; --speed)
    change({.speed = speed}, 0.3);
  const Json done = end();
  ASSERT_EQ(done["files"].size(), 1U) << done.dump(true);
  const Probe film = check(done, 0, "640x360");
  expectAll(done, {film});
}

TEST_F(RecordingChanges, AnotherSizeIsAnotherPartThatBeginsWithItsFirstPicture) {
  for (const auto* wish :
       {"{}", R"({"container": "mkv", "codec": "H264"})", R"({"container": "mp4", "codec": "H264"})"}) {
    SCOPED_TRACE(wish);
    begin(wish);
    change({.width = 480, .height = 270});
    change({.width = 480, .height = 270, .framerate = 15, .speed = -7});
    change({});
    const Json done = end();
    ASSERT_EQ(done["files"].size(), 3U) << done.dump(true);
    expectAll(done, {check(done, 0, "640x360"), check(done, 1, "480x270"), check(done, 2, "640x360")});
  }
}

TEST_F(RecordingChanges, ARenditionOfItsOwnHasItsOwnSizeAndRate) {
  useProfile(profileOf({.own = R"({"height": 180, "framerate": 10, "bitrate": 300000})"}));
  for (const auto* wish : {"{}", R"({"container": "mp4"})"}) {
    SCOPED_TRACE(wish);
    begin(wish);
    recordMore(2);
    const Json done = end();
    ASSERT_EQ(done["files"].size(), 1U) << done.dump(true);
    const Probe film = check(done, 0, "320x180");
    expectAll(done, {film});
    EXPECT_LT(static_cast<double>(film.frames), 11 * film.duration + 2)
        << "of 25 pictures a second it takes 10";
    EXPECT_EQ(ada_->peer()->video().height, 360) << "who watches is not concerned";
  }
}

TEST_F(RecordingChanges, AnotherH264EncoderDoesNotBreakTheFile) {
  const std::unique_ptr<GstElementFactory, decltype(&gst_object_unref)> other(
      gst_element_factory_find("x264enc"), gst_object_unref);
  if (!other) GTEST_SKIP() << "x264enc is not installed";
  begin(R"({"container": "mp4", "codec": "H264"})");
  change({.h264 = R"({"element": "x264enc", "properties": {"tune": "zerolatency", "speed-preset": 1}})"}, 2);
  change({}, 2);
  const Json done = end();
  ASSERT_EQ(done["files"].size(), 3U) << done.dump(true);
  expectAll(done, {check(done, 0, "640x360"), check(done, 1, "640x360"), check(done, 2, "640x360")});
}

TEST_F(RecordingChanges, GoesOverToARenditionThatOthersSeeAlready) {
  server_.saveProfile(profileOf({.smallToo = true}));
  ASSERT_TRUE(waitFor([&] { return ada_->peer()->video().height == 180; }, 60));
  const auto bob = talker("Bob", "VP8");
  bob->send(Json::object({{"type", "quality"}, {"maxHeight", 360}}));
  const auto eve = talker("Eve", "VP8");
  begin("{}");
  change({.smallToo = false});  // what was recorded is no more
  change({.smallToo = true});
  const Json done = end();
  std::vector<Probe> films;
  for (size_t i = 0; i < done["files"].size(); ++i)
    films.push_back(check(done, i, i % 2 == 0 ? "320x180" : "640x360"));
  expectAll(done, films);
}

}  // namespace
}  // namespace tributary::test
