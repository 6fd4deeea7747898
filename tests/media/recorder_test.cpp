#include "media/recorder.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "media_probe.h"
#include "media_room.h"

namespace tributary::test {
namespace {

constexpr double seconds = 1e9;  // in ns

/// A room with one talker, and recordings of it in a folder of the test's own.
class RecorderTest : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/tributary-recorder-XXXXXX";
    dir_ = mkdtemp(name);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  static TestPeer::Options talker() {
    TestPeer::Options options;
    options.colour = 0xd02020;
    options.tone = 440;
    options.width = 320;
    options.height = 180;
    return options;
  }

  void enter() {
    room_.join("a", talker());
    room_.arrange();
    ASSERT_TRUE(waitFor([this] { return room_.peer("a").video().frames > 0; }));
  }

  UniqueFd file(const std::string& name) const {
    return UniqueFd(::open((dir_ + "/" + name).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  }

  void record(UniqueFd to, Container container, const std::string& codec) {
    Recorder::Settings settings;
    settings.container = container;
    settings.hasVideo = !codec.empty();
    settings.preSkip = mixEncoderDelay();
    Recorder::Callbacks callbacks;
    callbacks.onStarted = [this] { started_ = true; };
    callbacks.onFormatChanged = [] {};
    callbacks.onPart = [this](int part, int64_t) { part_ = part; };
    callbacks.onKeyFrameWanted = [] {};
    callbacks.onFailed = [this](const std::string& reason) { failure_ = reason; };
    recorder_ = std::make_shared<Recorder>(std::move(to), settings, callbacks);
    std::optional<RenditionSet::TapWish> wish;
    if (!codec.empty()) wish = RenditionSet::TapWish{codec, "", {}, {}};
    ASSERT_TRUE(room_.media().record(recorder_, wish));
  }

  bool recorded(double enough) {
    return waitFor([&] { return static_cast<double>(recorder_->duration()) >= enough * seconds; }, 60);
  }

  void stop() {
    std::optional<bool> clean;
    room_.media().unrecord(recorder_);
    recorder_->stop([&clean](bool ended) { clean = ended; });
    ASSERT_TRUE(waitFor([&clean] { return clean.has_value(); }));
    EXPECT_TRUE(*clean);
  }

  Result<FinishedMedia> finish(const std::string& name, Container container,
                               const std::vector<Chapter>& chapters = {}) const {
    const UniqueFd fd(::open((dir_ + "/" + name).c_str(), O_RDWR | O_CLOEXEC));
    return finishMediaFile(fd.get(), container, chapters);
  }

  std::string dir_;
  MediaRoom room_;
  std::shared_ptr<Recorder> recorder_;
  bool started_ = false;
  int part_ = 1;
  std::string failure_;
};

struct Format {
  Container container;
  const char* codec;
  std::vector<std::string> codecs;
};

TEST_F(RecorderTest, WritesFilesThatOthersPlay) {
  enter();
  const std::vector<Format> formats = {{Container::webm, "VP8", {"vp8", "opus"}},
                                       {Container::webm, "VP9", {"vp9", "opus"}},
                                       {Container::mkv, "H264", {"h264", "opus"}},
                                       {Container::mp4, "H264", {"h264", "opus"}},
                                       {Container::webm, "", {"opus"}}};
  for (const auto& format : formats) {
    const std::string name =
        std::string("film-") + format.codec + "." + std::string(toString(format.container));
    SCOPED_TRACE(name);
    started_ = false;
    record(file(name), format.container, format.codec);
    ASSERT_TRUE(recorded(3));
    EXPECT_TRUE(started_);
    stop();
    const double written = static_cast<double>(recorder_->duration()) / seconds;
    const auto finished =
        finish(name, format.container,
               {{0, "Start"}, {1'500'000'000, "Grid & \"more\""}, {100'000'000'000, "Too late"}});
    ASSERT_TRUE(finished) << finished.error().message;
    EXPECT_EQ(finished->discarded, 0);
    const Probe film = probe(dir_ + "/" + name);
    EXPECT_EQ(film.complaints, "");
    EXPECT_EQ(film.codecs, format.codecs);
    EXPECT_NEAR(film.duration, written, 0.1);
    EXPECT_NEAR(film.audioEnd, written, 0.6);
    EXPECT_GT(toneLevel(dir_ + "/" + name, 440, 1, 2), -35);
    if (film.frames > 0) {
      EXPECT_GE(film.keyFrames, 1);
      // The test picture's ball passes by, and is not at both places at once.
      const auto isRed = [&](double x, double y) {
        const Colour seen = colourAt(dir_ + "/" + name, 2, x, y);
        return alike({seen.r, seen.g, seen.b}, 0xd02020);
      };
      EXPECT_TRUE(isRed(0.25, 0.25) || isRed(0.75, 0.4));
    }
    if (format.container != Container::mp4) {
      EXPECT_EQ(film.chapters, (std::vector<std::string>{"Start", "Grid & \"more\""}));
    }
    const auto again = finish(name, format.container);
    ASSERT_TRUE(again) << "finishing may be done again";
    EXPECT_EQ(again->duration, finished->duration);
    EXPECT_EQ(probe(dir_ + "/" + name).complaints, "");
  }
}

TEST_F(RecorderTest, AFileCutAnywhereIsFinishedUpToTheCut) {
  enter();
  for (const auto& [container, codec] :
       {std::pair{Container::webm, "VP8"}, std::pair{Container::mp4, "H264"}}) {
    const std::string name = "whole." + std::string(toString(container));
    record(file(name), container, codec);
    ASSERT_TRUE(recorded(4));
    stop();
    const auto size = static_cast<off_t>(std::filesystem::file_size(dir_ + "/" + name));
    const double whole = static_cast<double>(recorder_->duration()) / seconds;
    for (const double part : {0.3, 0.55, 0.83, 0.999}) {
      const std::string cut = "cut." + std::string(toString(container));
      SCOPED_TRACE(cut + " at " + std::to_string(part));
      std::filesystem::copy_file(dir_ + "/" + name, dir_ + "/" + cut,
                                 std::filesystem::copy_options::overwrite_existing);
      const auto length = static_cast<off_t>(static_cast<double>(size) * part);
      ASSERT_EQ(::truncate((dir_ + "/" + cut).c_str(), length), 0);
      const auto finished = finish(cut, container);
      ASSERT_TRUE(finished) << finished.error().message;
      const Probe film = probe(dir_ + "/" + cut);
      EXPECT_EQ(film.complaints, "");
      EXPECT_GT(static_cast<double>(finished->duration) / seconds, whole * part - 2);
    }
  }
  UniqueFd rubbish = file("rubbish.webm");
  const std::string text = "this is no film";
  ASSERT_EQ(::write(rubbish.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  EXPECT_FALSE(finishMediaFile(rubbish.get(), Container::webm, {}));
  EXPECT_FALSE(finishMediaFile(rubbish.get(), Container::mp4, {}));
}

TEST_F(RecorderTest, PartsFollowEachOtherWithoutALostFrame) {
  enter();
  record(file("1.webm"), Container::webm, "VP8");
  ASSERT_TRUE(recorded(2));
  recorder_->nextPart(file("2.webm"));
  room_.media().requestRecordedKeyFrame(*recorder_);
  ASSERT_TRUE(waitFor([this] { return part_ == 2; }));
  ASSERT_TRUE(recorded(5));
  stop();
  const auto progress = recorder_->takeProgress();
  ASSERT_TRUE(finish("1.webm", Container::webm));
  ASSERT_TRUE(finish("2.webm", Container::webm));
  const Probe first = probe(dir_ + "/1.webm");
  const Probe second = probe(dir_ + "/2.webm");
  EXPECT_EQ(first.complaints + second.complaints, "");
  EXPECT_EQ(static_cast<uint64_t>(first.frames + second.frames), progress.frames);
  EXPECT_NEAR(first.duration, static_cast<double>(progress.partStart) / seconds, 0.05);
  EXPECT_NEAR(first.duration + second.duration, static_cast<double>(progress.duration) / seconds, 0.1);
  EXPECT_EQ(progress.packetsLost, 0U);
}

TEST_F(RecorderTest, TheMarkIsInThePictureAndTheTonesAreInTheSound) {
  enter();
  room_.media().showRecordingMark(true);
  record(file("mark.webm"), Container::webm, "VP8");
  ASSERT_TRUE(recorded(1));
  const double at = static_cast<double>(recorder_->duration()) / seconds;
  room_.media().playRecordingTones();
  ASSERT_TRUE(recorded(at + 1.5));
  room_.media().showRecordingMark(false);
  ASSERT_TRUE(recorded(at + 3));
  stop();
  ASSERT_TRUE(finish("mark.webm", Container::webm));
  const std::string path = dir_ + "/mark.webm";
  // The tile below is red, as the dot is; the letters and the pill around them are not.
  int difference = 0;
  for (const double x : {0.04, 0.055, 0.07}) {
    const Colour with = colourAt(path, 0.8, x, 0.035);
    const Colour without = colourAt(path, at + 2.8, x, 0.035);
    difference = std::max(difference, std::abs(with.r - without.r) + std::abs(with.g - without.g) +
                                          std::abs(with.b - without.b));
  }
  EXPECT_GT(difference, 60);
  EXPECT_GT(toneLevel(path, 880, at, at + 0.6), toneLevel(path, 880, at + 1.5, at + 2.1) + 20);
}

TEST_F(RecorderTest, APauseIsLeftOut) {
  constexpr double pause = 3;
  enter();
  record(file("p.webm"), Container::webm, "VP8");
  const double begin = now();
  ASSERT_TRUE(recorded(2));
  recorder_->pause();
  const double until = now() + pause;
  waitFor([until] { return now() > until; });
  const auto paused = static_cast<double>(recorder_->duration()) / seconds;
  recorder_->resume();
  room_.media().requestRecordedKeyFrame(*recorder_);
  ASSERT_TRUE(recorded(paused + 2));
  stop();
  const double took = now() - begin;
  ASSERT_TRUE(finish("p.webm", Container::webm));
  const Probe film = probe(dir_ + "/p.webm");
  EXPECT_EQ(film.complaints, "");
  EXPECT_NEAR(film.duration, static_cast<double>(recorder_->duration()) / seconds, 0.1);
  EXPECT_LT(film.duration, took - pause + 0.5) << "the pause is in the film";
  // Where the machine stood still there was no picture to record.
  int64_t hole = 0;
  for (const auto& gap : recorder_->takeProgress().gaps)
    hole = std::max(hole, gap.to - gap.from);
  EXPECT_LT(film.worstStep, 0.5 + static_cast<double>(hole) / seconds) << "the picture stands still";
}

TEST_F(RecorderTest, AFullDiskEndsTheRecordingAndNotTheCall) {
  enter();
  record(UniqueFd(::open("/dev/full", O_WRONLY | O_CLOEXEC)), Container::webm, "VP8");
  ASSERT_TRUE(waitFor([this] { return !failure_.empty(); }));
  EXPECT_NE(failure_.find("No space left"), std::string::npos) << failure_;
  room_.media().unrecord(recorder_);
  const uint64_t frames = room_.peer("a").video().frames;
  EXPECT_TRUE(waitFor([&] { return room_.peer("a").video().frames > frames + 25; }));
}

/// A pipe that takes nothing more.
std::pair<UniqueFd, UniqueFd> fullPipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return {};
  const std::string piece(4096, 'x');
  while (::write(ends[1], piece.data(), piece.size()) > 0) {
  }
  ::fcntl(ends[1], F_SETFL, 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// Pictures that say in their data which they are, to a recorder of a disk that hangs for a while.
class FullQueue : public testing::Test {
 protected:
  void SetUp() override {
    auto [reader, writer] = fullPipe();
    reader_ = std::move(reader);
    Recorder::Settings settings;
    settings.queueBytes = 20'000;
    settings.stallLimit = std::chrono::minutes(10);
    Recorder::Callbacks callbacks;
    callbacks.onStarted = callbacks.onFormatChanged = [] {};
    callbacks.onPart = [](int, int64_t) {};
    callbacks.onFailed = [](const std::string&) {};
    callbacks.onKeyFrameWanted = [this] { ++wanted_; };
    recorder_.emplace(std::move(writer), settings, callbacks);
    recorder_->expectVideo(1);
  }

  void picture(const std::string& name, bool keyFrame = false) {
    const std::string data = name + ";" + std::string(1000, '.');
    EncodedFrame frame{1, "VP8", 320, 180, 25, time_, keyFrame, {}};
    frame.data = {reinterpret_cast<const uint8_t*>(data.data()), data.size()};
    recorder_->onVideo(frame);
    time_ += 40'000'000;
  }
  uint64_t lost() {
    const auto now = recorder_->takeProgress();
    gaps_.insert(gaps_.end(), now.gaps.begin(), now.gaps.end());
    return now.packetsLost;
  }
  /// What the disk has by now.
  void read() {
    char piece[65536];
    for (ssize_t got = 0; (got = ::read(reader_.get(), piece, sizeof piece)) > 0;)
      film_.append(piece, static_cast<size_t>(got));
  }
  bool has(const std::string& name) const { return film_.find(name + ";") != std::string::npos; }

  UniqueFd reader_;
  std::optional<Recorder> recorder_;
  int64_t time_ = 1'000'000'000;
  int wanted_ = 0;
  std::string film_;
  std::vector<RecordingTimeline::Gap> gaps_;
};

TEST_F(FullQueue, DropsUpToAKeyFrameAsksForItAndTellsTheGap) {
  picture("first", true);
  for (int i = 0; i < 100; ++i)
    picture("full");
  ASSERT_GT(lost(), 0U) << "the queue took it all";
  ASSERT_TRUE(waitFor([this] { return wanted_ == 1; })) << wanted_;
  // Until there is room again, for a key frame and one more.
  ASSERT_TRUE(waitFor([this] {
    read();
    picture("useless");
    const uint64_t before = lost();
    picture("key", true);
    picture("later");
    return lost() == before;
  }));
  bool stopped = false;
  recorder_->stop([&stopped](bool) { stopped = true; });
  ASSERT_TRUE(waitFor([&] {
    read();
    return stopped;
  }));
  read();
  lost();
  EXPECT_TRUE(has("first") && has("full") && has("key") && has("later"));
  EXPECT_FALSE(has("useless")) << "it refers to a picture that is not there";
  ASSERT_GE(gaps_.size(), 1U);
  EXPECT_EQ(gaps_[0].kind, MediaPacket::Kind::video);
  EXPECT_GT(gaps_[0].to - gaps_[0].from, 1'000'000'000);
}

TEST_F(RecorderTest, ADiskThatHangsEndsTheRecordingInTwoSecondsAndNobodyWaits) {
  constexpr int attempts = 5;  // a machine that has no time now is given another chance
  enter();
  for (int i = 1;; ++i) {
    auto [reader, writer] = fullPipe();
    const uint64_t late = room_.media().stats().audio.late;
    started_ = false;
    failure_.clear();
    record(std::move(writer), Container::webm, "VP8");
    ASSERT_TRUE(waitFor([this] { return started_; }));
    const double from = now();
    ASSERT_TRUE(waitFor([this] { return !failure_.empty(); }));
    const double told = now() - from;
    EXPECT_NE(failure_.find("disk"), std::string::npos) << failure_;
    room_.media().unrecord(recorder_);
    const uint64_t lateSince = room_.media().stats().audio.late - late;
    const double before = now();
    recorder_.reset();
    EXPECT_LT(now() - before, 1) << "whoever owns the recorder waits for the disk";
    if (told < 2 && lateSince <= 5) return;
    ASSERT_LT(i, attempts) << "told after " << told << " s, " << lateSince << " sounds were late";
  }
}

}  // namespace
}  // namespace tributary::test
