#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "loadgen/face_painter.h"
#include "loadgen/load_report.h"
#include "loadgen/sender.h"
#include "loadgen/stream_meter.h"
#include "loadgen/svg.h"
#include "loadgen/timecode.h"
#include "loadgen/tone_meter.h"
#include "loadgen/voice.h"
#include "media/picture_ops.h"
#include "media/ticker.h"

namespace tributary::load {
namespace {

TEST(FreezeMeter, CountsByTheRuleOfWebrtcStats) {
  FreezeMeter meter;
  double at = 0;
  for (int i = 0; i < 40; ++i)
    meter.frame(at += 0.04);
  meter.frame(at += 0.18);  // below the mean of 40 ms plus 150 ms
  EXPECT_EQ(meter.freezes, 0U);
  for (int i = 0; i < 40; ++i)
    meter.frame(at += 0.04);
  meter.frame(at += 0.2);
  EXPECT_EQ(meter.freezes, 1U);
  EXPECT_NEAR(meter.frozenSeconds, 0.2, 1e-6);
  EXPECT_NEAR(meter.longestGap, 0.2, 1e-6);
}

TEST(FreezeMeter, KnowsTheWorstGapOfEachSecond) {
  FreezeMeter meter;
  meter.frame(10);
  meter.frame(10.5);
  meter.frame(12.1);
  ASSERT_EQ(meter.gapBySecond.size(), 3U);
  for (const float gap : meter.gapBySecond)
    EXPECT_NEAR(gap, 1.6, 1e-6) << "it touches all three";
}

TEST(FreezeMeter, CountsSecondsFromTheBeginning) {
  FreezeMeter meter;
  meter.begin(10);
  for (int i = 1; i < 40; ++i)
    meter.frame(12 + i * 0.04);
  meter.end(15);
  ASSERT_EQ(meter.gapBySecond.size(), 5U);
  EXPECT_NEAR(meter.gapBySecond[0], 2.04, 1e-6);
  EXPECT_NEAR(meter.gapBySecond[2], 2.04, 1e-6);
  EXPECT_NEAR(meter.gapBySecond[4], 1.44, 1e-6);
  EXPECT_EQ(meter.freezes, 2U);
  EXPECT_NEAR(meter.frozenSeconds, 2.04 + 1.44, 1e-6);
}

TEST(FreezeMeter, MissesNothingOfAStreamThatRunsOnBothSides) {
  FreezeMeter meter;
  meter.begin(9.97, 0.04);
  for (int i = 0; i < 50; ++i)
    meter.frame(10 + i * 0.04);
  meter.end(12);
  EXPECT_EQ(meter.freezes, 0U);
  EXPECT_NEAR(meter.longestGap, 0.04, 1e-6);
}

TEST(FreezeMeter, HasOneGapWhereNothingComes) {
  FreezeMeter meter;
  meter.begin(100);
  meter.end(110);
  EXPECT_EQ(meter.frames, 0U);
  EXPECT_EQ(meter.freezes, 1U);
  EXPECT_EQ(meter.longestGap, 10);
  EXPECT_EQ(meter.frozenSeconds, 10);
  EXPECT_EQ(meter.gapBySecond, std::vector<float>(10, 10));
}

/// A stream of frames of two packets, with 3600 ticks between.
class Stream {
 public:
  explicit Stream(bool keyFramesKnown = true) : meter(0, keyFramesKnown) {}
  StreamMeter meter;
  void frame(bool key, int losePacket = -1) {
    for (int part = 0; part < 2; ++part, ++sequence_) {
      if (part == losePacket) continue;
      meter.packet({at_, sequence_, timestamp_, part == 1, 1000, key && part == 0});
    }
    at_ += 0.04;
    timestamp_ += 3600;
  }

 private:
  double at_ = 5;
  uint16_t sequence_ = 65'530;  // wraps on the way
  uint32_t timestamp_ = 0xfffff000;
};

TEST(StreamMeter, CountsFramesAcrossWraps) {
  Stream stream;
  stream.frame(true);
  for (int i = 0; i < 49; ++i)
    stream.frame(false);
  EXPECT_EQ(stream.meter.packets, 100U);
  EXPECT_EQ(stream.meter.lost, 0U);
  EXPECT_EQ(stream.meter.shown.frames, 50U);
  EXPECT_EQ(stream.meter.expectedFrames(), 50U);
  EXPECT_EQ(stream.meter.keyFrames, 1U);
}

TEST(StreamMeter, ShowsNothingFromALossToTheNextKeyFrame) {
  Stream stream;
  stream.frame(true);
  stream.frame(false, 0);
  stream.frame(false);
  stream.frame(false);
  stream.frame(true);
  stream.frame(false);
  EXPECT_EQ(stream.meter.lost, 1U);
  EXPECT_EQ(stream.meter.damagedFrames, 3U);
  EXPECT_EQ(stream.meter.shown.frames, 3U);
  EXPECT_EQ(stream.meter.expectedFrames(), 6U);
}

TEST(StreamMeter, LosesOneFrameToALossWhereKeyFramesAreNotKnown) {
  Stream stream(false);
  stream.frame(false);
  stream.frame(false, 0);
  stream.frame(false);
  stream.frame(false, 1);  // its end is lost: the next one bears the gap
  stream.frame(false);
  stream.frame(false);
  EXPECT_EQ(stream.meter.lost, 2U);
  EXPECT_EQ(stream.meter.damagedFrames, 2U);
  EXPECT_EQ(stream.meter.shown.frames, 3U);
  EXPECT_FALSE(stream.meter.waitsForKey());
}

TEST(StreamMeter, ExpectsTheFramesThatTheSenderLeftOut) {
  Stream stream;
  stream.frame(true);
  for (int i = 0; i < 8; ++i)
    stream.frame(false);
  stream.meter.packet({6, 12, 0xfffff000 + 3600 * 10, true, 100, false});  // one frame left out
  EXPECT_EQ(stream.meter.shown.frames, 10U);
  EXPECT_EQ(stream.meter.expectedFrames(), 11U);
}

TEST(StreamMeter, MissesTheFramesAfterTheLast) {
  Stream stream;
  stream.meter.begin(5 - 0.03, 0.04);
  stream.frame(true);
  for (int i = 0; i < 49; ++i)
    stream.frame(false);
  stream.meter.end(9);
  EXPECT_EQ(stream.meter.shown.frames, 50U);
  EXPECT_EQ(stream.meter.expectedFrames(), 99U);
  EXPECT_EQ(stream.meter.shown.freezes, 1U);
}

TEST(StreamMeter, ExpectsTheFrameRateItIsTold) {
  Stream stream;
  stream.meter.begin(5 - 0.01, 0.02);
  stream.frame(true);
  for (int i = 0; i < 49; ++i)
    stream.frame(false);
  stream.meter.end(7);
  EXPECT_EQ(stream.meter.shown.frames, 50U);
  EXPECT_EQ(stream.meter.expectedFrames(), 99U);
  EXPECT_EQ(stream.meter.shown.freezes, 0U);
}

TEST(StreamMeter, ExpectsFramesWhereNothingComes) {
  StreamMeter meter;
  meter.begin(5, 0.04);
  meter.end(15);
  EXPECT_EQ(meter.expectedFrames(), 249U);
  EXPECT_EQ(meter.shown.freezes, 1U);
  EXPECT_NEAR(meter.shown.longestGap, 10, 1e-6);
}

TEST(StreamMeter, AllowsForWhatIsHeldBackAtBothEnds) {
  StreamMeter meter(0.3);
  meter.begin(5, 0.04);
  for (int i = 0; i < 43;
       ++i) {  // what came late, in a burst, then on time; what is late at the end has not come yet
    meter.packet({std::max(5.25, 5 + i * 0.04), static_cast<uint16_t>(i), static_cast<uint32_t>(i) * 3600U,
                  true, 1000, i == 0});
  }
  meter.end(6.95);
  EXPECT_EQ(meter.shown.freezes, 0U);
  EXPECT_EQ(meter.shown.frames, 43U);
  EXPECT_EQ(meter.expectedFrames(), 43U);
  StreamMeter none(0.3);
  none.begin(5, 0.04);
  none.end(15);
  EXPECT_NEAR(none.shown.longestGap, 10, 1e-6);
}

TEST(SoundPauses, AreWhatIsMarkedAndMissesNoNumber) {
  SoundPauses pauses;
  EXPECT_EQ(pauses.before(65534, 0xffffff00, false), 0);
  EXPECT_EQ(pauses.before(65535, 0xffffff00 + 960, false), 0);
  EXPECT_EQ(pauses.before(0, 0xffffff00 + 960 * 3, false), 0) << "a sender that was late";
  EXPECT_DOUBLE_EQ(pauses.before(1, 0xffffff00 + 960 * 24, true), 0.4);
  EXPECT_DOUBLE_EQ(pauses.before(3, 0xffffff00 + 960 * 44, true), 0.4) << "one is lost: who knows";
  EXPECT_DOUBLE_EQ(pauses.before(4, 0xffffff00 + 960 * 65, true), 0.8);
}

TEST(StartsKeyFrame, ReadsVp8AndH264) {
  const uint8_t vp8Key[] = {0x90, 0x80, 0x81, 0x23, 0x10};  // X, I with 15 bits; P bit 0
  const uint8_t vp8Delta[] = {0x90, 0x80, 0x81, 0x23, 0x11};
  const uint8_t vp8Middle[] = {0x80, 0x80, 0x81, 0x23, 0x10};
  EXPECT_TRUE(startsKeyFrame("VP8", vp8Key, sizeof vp8Key));
  EXPECT_FALSE(startsKeyFrame("VP8", vp8Delta, sizeof vp8Delta));
  EXPECT_FALSE(startsKeyFrame("VP8", vp8Middle, sizeof vp8Middle));
  const uint8_t fragment[] = {0x7c, 0x85};
  const uint8_t parameters[] = {0x67, 0x42};
  const uint8_t delta[] = {0x41, 0x9a};
  EXPECT_TRUE(startsKeyFrame("H264", fragment, sizeof fragment));
  EXPECT_TRUE(startsKeyFrame("H264", parameters, sizeof parameters));
  EXPECT_FALSE(startsKeyFrame("H264", delta, sizeof delta));
  EXPECT_FALSE(startsKeyFrame("VP8", nullptr, 0));
}

struct TileCase {
  int width, height;
  Fit fit;
};

class TimecodeInTile : public testing::TestWithParam<TileCase> {};

TEST_P(TimecodeInTile, SurvivesTheFit) {
  const TileCase& tile = GetParam();
  const auto canvas = Picture::create(1280, 720);
  for (const uint32_t value : {0U, 0xabcdefU, 0x123456U, timecodeMask}) {
    const auto face = paintFace(1, 0.5, 6, 640, 360);
    paintTimecode(face->view(), value);
    fill(canvas->view(), yuvFromRgb(0x101418));
    fitInto(face->view(), canvas->view().part(40, 60, tile.width, tile.height), tile.fit);
    EXPECT_EQ(readTimecode(canvas->view(), 40, 60, tile.width, tile.height), value);
  }
}

INSTANTIATE_TEST_SUITE_P(Tiles, TimecodeInTile,
                         testing::Values(TileCase{638, 358, Fit::crop}, TileCase{424, 238, Fit::crop},
                                         TileCase{252, 140, Fit::crop}, TileCase{178, 100, Fit::crop},
                                         TileCase{300, 240, Fit::crop}, TileCase{300, 240, Fit::letterbox}));

TEST(Timecode, IsNotReadWhereThereIsNone) {
  const auto face = paintFace(2, 1, 6, 640, 360);
  EXPECT_FALSE(readTimecode(face->view(), 0, 0, 640, 360));
  EXPECT_FALSE(readTimecode(face->view(), 0, 0, 0, 0));
}

TEST(Timecode, DifferencesWrap) {
  EXPECT_EQ(timecodeSince(5, timecodeMask - 4), 10);
  EXPECT_EQ(timecodeSince(7, 17), -10);
}

TEST(ToneMeter, TellsPitchesApart) {
  ToneMeter meter({400, 450});
  std::vector<float> second(48'000);
  for (size_t i = 0; i < second.size(); ++i)
    second[i] =
        0.1F * static_cast<float>(std::sin(2 * std::numbers::pi * 400 * static_cast<double>(i) / 48'000));
  meter.hear(second);
  EXPECT_NEAR(meter.loudest().at(400), -20, 0.5);
  EXPECT_LT(meter.loudest().at(450), -80);
  EXPECT_EQ(meter.audibleSeconds(), 1);
}

TEST(Voices, KeepOffEachOthersOvertones) {
  for (int a = 0; a < static_cast<int>(distinctVoices); ++a) {
    for (int b = 0; b < static_cast<int>(distinctVoices); ++b) {
      if (a == b) continue;
      for (const int overtone : {1, 2, 3})
        ASSERT_GE(std::abs(pitchOf(a) - overtone * pitchOf(b)), 9) << a << ", " << b;
    }
  }
  EXPECT_LT(3 * pitchOf(distinctVoices - 1), 20'000) << "it would be cut off";
}

TEST(Voices, AreHeardWhereTheySpeakAndNowhereElse) {
  constexpr int people = 50;
  LoadResult::Peer probe;
  probe.ownPitch = pitchOf(12);
  std::vector<double> pitches;
  std::vector<float> second(48'000);
  int talking = 0;
  for (int i = 0; i < people; ++i) {
    pitches.push_back(pitchOf(i));
    if (i % 3 == 0) continue;
    ++talking;
    for (size_t at = 0; at < second.size(); ++at)
      second[at] += static_cast<float>(voiceAt(pitchOf(i), static_cast<double>(at) / 48'000));
  }
  probe.reading.tones = ToneMeter(pitches);
  probe.reading.tones.hear(second);
  const Tones tones = tonesOf(probe);
  EXPECT_EQ(tones.heard, talking);
  EXPECT_EQ(tones.others, people - 1);
  EXPECT_LT(tones.own, -50);
}

/// A camera and a microphone that have nothing to say.
TEST(Sender, CountsWhatItWasTooLateFor) {
  auto clip = std::make_shared<Clip>();
  clip->frames.resize(1);
  auto voice = std::make_shared<Voice>();
  voice->packets.resize(1);
  const RoomClock clock;
  Sender sender({}, clip, voice, 0, clock);
  const int64_t now = monotonicNow();
  constexpr int64_t second = 1'000'000'000;
  sender.tick(now + second);
  EXPECT_EQ(sender.skipped(), 0U) << "it did not send yet";
  sender.open();
  sender.tick(now + second + second / 10);
  EXPECT_EQ(sender.skipped(), 0U);
  sender.tick(now + 2 * second + second / 10);
  EXPECT_NEAR(static_cast<double>(sender.skipped()), 25 + 50, 3);
}

TEST(Spread, TakesQuantiles) {
  std::vector<double> values(101);
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = static_cast<double>(100 - i);
  const Spread spread = spreadOf(values);
  EXPECT_EQ(spread.median, 50);
  EXPECT_EQ(spread.p95, 95);
  EXPECT_EQ(spread.max, 100);
  EXPECT_EQ(spreadOf({}).count, 0U);
}

LoadResult::Peer peerWithFrames(const std::string& name, int frames) {
  LoadResult::Peer peer;
  peer.name = name;
  peer.joinSeconds = 0.2;
  peer.reading.video.begin(0, 0.04);
  for (int i = 0; i < frames; ++i) {
    peer.reading.video.packet(
        {0.01 + i * 0.04, static_cast<uint16_t>(i), static_cast<uint32_t>(i) * 3600U, true, 1000, i == 0});
  }
  peer.reading.video.end(10);
  return peer;
}

TEST(JsonReport, TellsFailedPeersApart) {
  LoadResult result;
  result.seconds = 10;
  result.peers = {peerWithFrames("sender 1", 250), peerWithFrames("viewer 1", 125)};
  result.peers.push_back(peerWithFrames("viewer 2", 0));
  result.peers.back().joinSeconds = 0;
  result.peers.back().error = "not connected";
  const Json json = jsonReport(result);
  EXPECT_EQ(json["failedPeers"].integerOr(0), 1);
  EXPECT_EQ(json["joinMs"]["count"].integerOr(0), 2);
  EXPECT_EQ(json["joinMs"]["median"].numberOr(0), 200);
  EXPECT_NEAR(json["video"]["worstFramesShare"].numberOr(0), 0.5, 0.01);
  EXPECT_EQ(json["video"]["freezes"].integerOr(0), 1);
  EXPECT_NE(textReport(result).find("failed:  viewer 2: not connected"), std::string::npos);
}

TEST(JsonReport, HasNoWorstPeerWhereAllFailed) {
  LoadResult result;
  result.seconds = 10;
  result.peers = {peerWithFrames("sender 1", 0)};
  result.peers.back().error = "not connected";
  EXPECT_TRUE(jsonReport(result)["video"]["worstFramesShare"].isNull());
}

Result<LoadOptions> optionsOf(std::vector<std::string> words) {
  words.insert(words.begin(), "tributary-load");
  std::vector<char*> argv;
  for (auto& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  return readLoadOptions(static_cast<int>(words.size()), argv.data());
}

std::string refusalOf(const std::vector<std::string>& words) {
  const auto options = optionsOf(words);
  return options ? "" : options.error().message;
}

TEST(LoadOptions, CountsOnlyWithoutARelay) {
  EXPECT_EQ(optionsOf({})->receive, Receive::count);
  EXPECT_EQ(optionsOf({"--loss=5"})->receive, Receive::full);
  EXPECT_TRUE(refusalOf({"--loss=5", "--receive=count"}).starts_with("--receive:"));
  EXPECT_EQ(refusalOf({"--receive=count"}), "");
}

TEST(LoadOptions, RefusesWhatDoesNotGoTogether) {
  const std::pair<std::vector<std::string>, std::string> wrong[] = {
      {{"--size=640x360junk"}, "--size: '640x360junk'"},
      {{"--size=640"}, "--size: '640'"},
      {{"--size=640x480"}, "--size: to be read"},
      {{"--codec=AV1"}, "--codec: 'AV1'"},
      {{"--codec=vp8"}, "--codec: 'vp8'"},
      {{"--limited=2"}, "--limited:"},
      {{"--duration=10", "--link-at=10:500"}, "--link-at: 10 s"},
      {{"--link-at=5:500k"}, "--link-at: '5:500k'"},
      {{"--expect-fps=90"}, "--expect-fps:"},
  };
  for (const auto& [words, start] : wrong)
    EXPECT_TRUE(refusalOf(words).starts_with(start)) << words[0] << ": " << refusalOf(words);
  for (const std::vector<std::string>& words : {std::vector<std::string>{"--size=640x480", "--clocks=0"},
                                                {"--size=854x480"},
                                                {"--codec=H264"},
                                                {"--limited=2", "--link=500"},
                                                {"--limited=2", "--duration=10", "--link-at=9:500"}}) {
    EXPECT_EQ(refusalOf(words), "") << words[0];
  }
}

TEST(LoadOptions, RefusesAServerThatDoesNotRun) {
  EXPECT_TRUE(refusalOf({"--server-pid=2000000000"}).starts_with("--server-pid:"));
  EXPECT_TRUE(refusalOf({"--server-pid=-1"}).starts_with("--server-pid:"));
  EXPECT_EQ(refusalOf({"--server-pid=1"}), "");
}

TEST(JsonReport, LeavesOutWhatWasNotMeasured) {
  LoadResult result;
  result.seconds = 10;
  result.peers = {peerWithFrames("sender 1", 250)};
  const Json json = jsonReport(result);
  EXPECT_TRUE(json["cpu"]["serverCores"].isNull());
  EXPECT_TRUE(json["cpu"]["serverProportionalMB"].isNull());
  EXPECT_TRUE(json["latencyMs"]["server"]["median"].isNull());
  const std::string text = textReport(result);
  EXPECT_NE(text.find("server median – ms"), std::string::npos) << text;
  EXPECT_EQ(text.find("server: "), std::string::npos) << text;
  const std::string page = htmlReport(result);
  EXPECT_NE(page.find("<b>–</b><span>cores: server"), std::string::npos);
  EXPECT_NE(page.find("<b>– MB</b>"), std::string::npos);
}

TEST(CommonestOf, CountsTexts) {
  EXPECT_EQ(commonestOf({"a", "b", "c", "b"}), "b");
  EXPECT_EQ(commonestOf({}), "");
}

TEST(Reports, NameWhatWasRun) {
  LoadResult result;
  result.machineCores = 6;
  result.options = *optionsOf({"--room=yard", "--warmup=7", "--join-rate=3", "--people=2", "--clocks=0",
                               "--limited=2", "--link-at=5:400,9:0", "--expect-fps=25"});
  const Json json = jsonReport(result);
  EXPECT_EQ(json["machineCores"].integerOr(0), 6);
  const Json options = json["options"];
  EXPECT_EQ(options["room"].stringOr(""), "yard");
  EXPECT_EQ(options["warmup"].numberOr(0), 7);
  EXPECT_EQ(options["joinRate"].numberOr(0), 3);
  EXPECT_EQ(options["people"].integerOr(0), 2);
  EXPECT_EQ(options["clocks"].integerOr(9), 0);
  EXPECT_EQ(options["receive"].stringOr(""), "full");
  EXPECT_EQ(options["linkAt"].elements().size(), 2U);
  EXPECT_EQ(options["expectFps"].numberOr(0), 25);
  const std::string page = htmlReport(result);
  for (const char* words : {"room yard", "machine of 6 cores", "2 faces, 0 with a clock", "the others: full",
                            "joined 3.0 a second, then 7 s of warm-up", "expected: 25.0 a second",
                            "400 kbit/s after 5 s, without limit after 9 s for the last 2 peers"}) {
    EXPECT_NE(page.find(words), std::string::npos) << words;
  }
}

TEST(HtmlReport, EscapesWhatUsersNamed) {
  LoadResult result;
  result.options.room = "<script>";
  EXPECT_EQ(htmlReport(result).find("<script>"), std::string::npos);
  EXPECT_EQ(svg::escaped("a<b&\"c\""), "a&lt;b&amp;&quot;c&quot;");
}

}  // namespace
}  // namespace tributary::load
