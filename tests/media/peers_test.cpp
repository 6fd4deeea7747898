#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iostream>
#include <string_view>
#include <thread>

#include "media/resender.h"
#include "media_room.h"

namespace tributary::test {
namespace {

constexpr uint32_t red = 0xd02020;
constexpr uint32_t green = 0x20c020;
constexpr uint32_t blue = 0x2040d0;
constexpr uint32_t yellow = 0xc0c020;

TestPeer::Options person(uint32_t colour, double tone, const std::string& codec = "VP8") {
  TestPeer::Options options;
  options.colour = colour;
  options.tone = tone;
  options.codec = codec;
  options.width = 320;
  options.height = 180;
  options.framerate = 25;
  return options;
}

struct Talk {
  const char* id;
  uint32_t colour;
  double tone;
};

TEST(Peers, OfTwoCodecsSeeEverybodyAndHearAllButThemselves) {
  MediaRoom room;
  const std::vector<Talk> talks = {{"a", red, 400}, {"b", green, 650}, {"c", blue, 900}, {"d", yellow, 1200}};
  for (const auto& talk : talks) {
    const bool h264 = std::string(talk.id) == "b" || std::string(talk.id) == "d";
    room.join(talk.id, person(talk.colour, talk.tone, h264 ? "H264" : "VP8"));
  }
  room.arrange();
  for (const auto& viewer : talks) {
    for (const auto& shown : talks) {
      EXPECT_TRUE(waitFor([&] { return alike(room.seen(viewer.id, shown.id), shown.colour); }))
          << viewer.id << " does not see " << shown.id;
    }
    const auto hears = [&] {
      for (const auto& other : talks) {
        if (other.id != viewer.id && room.peer(viewer.id).toneLevel(other.tone) < -35) return false;
      }
      return room.peer(viewer.id).soundSeconds() > 2;
    };
    EXPECT_TRUE(waitFor(hears)) << viewer.id << " does not hear the others";
    // Every measured second is allowed to hold a start or a hiccup, but one must be clean.
    const auto ownIsFarBelow = [&] {
      double weakest = 0;
      for (const auto& other : talks) {
        if (other.id != viewer.id) weakest = std::min(weakest, room.peer(viewer.id).toneLevel(other.tone));
      }
      return room.peer(viewer.id).toneLevel(viewer.tone) < weakest - 30;
    };
    EXPECT_TRUE(waitFor(ownIsFarBelow)) << viewer.id << " hears itself";
  }
  const auto renditions = room.media().stats().renditions;
  ASSERT_EQ(renditions.size(), 2U) << "one encode a codec, however many watch";
  EXPECT_EQ(renditions[0].viewers, 2U);
  EXPECT_EQ(renditions[1].viewers, 2U);
}

/// What comes before it cannot be decoded, and asks for another.
TEST(Peers, WhoComesGetsAKeyFrameFirst) {
  MediaRoom room;
  for (const std::string codec : {"VP8", "H264"}) {
    for (const char* number : {"1", "2", "3", "4", "5"}) {
      const std::string id = codec + number;
      room.join(id, person(red, 400, codec));
      room.arrange();
      ASSERT_TRUE(waitFor([&] { return room.peer(id).video().frames > 0; })) << id;
      EXPECT_TRUE(room.peer(id).video().beganWithKeyFrame) << id;
    }
  }
}

TEST(Peers, WhoNamesNoSsrcsIsSeenAndHeard) {
  MediaRoom room;
  for (const Talk& talk : {Talk{"a", red, 400}, Talk{"b", green, 650}, Talk{"c", blue, 900}}) {
    auto options = person(talk.colour, talk.tone);
    options.namesSsrcs = false;
    room.join(talk.id, options);
  }
  room.arrange();
  EXPECT_TRUE(waitFor([&] { return alike(room.seen("a", "b"), green) && alike(room.seen("b", "c"), blue); }));
  EXPECT_TRUE(
      waitFor([&] { return room.peer("a").toneLevel(650) > -35 && room.peer("b").toneLevel(900) > -35; }));
}

TEST(Peers, TellHowWellTheyReceive) {
  MediaRoom room;
  room.join("a", person(red, 400));
  room.arrange();
  const auto told = [&] {
    const auto link = room.media().downlink("a");
    return link ? link->estimate : BandwidthEstimate{};
  };
  EXPECT_TRUE(waitFor([&] { return told().source != BandwidthEstimate::Source::none; }));
  EXPECT_TRUE(waitFor([&] { return told().roundTripMs > 0; })) << "loopback takes its time too";
  EXPECT_LT(told().roundTripMs, 1000);
  EXPECT_FALSE(room.media().downlink("b"));
}

/// Ticks of RTP's clock in a second of NTP, from the first report of a stream to its last; 0 before there is
/// enough.
double clockRate(const std::vector<TestPeer::SenderReport>& reports) {
  const double seconds = reports.back().ntp - reports.front().ntp;
  return seconds > 2 ? (reports.back().rtp - reports.front().rtp) / seconds : 0;
}

/// Clients line sound up with picture by these: a clock that is told wrong makes them hold one of both back.
TEST(Peers, AreToldTheTrueClocksOfSoundAndPicture) {
  MediaRoom room;
  room.join("a", person(red, 400));
  room.arrange();
  std::vector<double> rates;
  const auto told = [&] {
    rates.clear();
    for (const auto& [ssrc, reports] : room.peer("a").senderReports())
      rates.push_back(clockRate(reports));
    std::ranges::sort(rates);
    return rates.size() == 2 && rates.front() > 0;
  };
  ASSERT_TRUE(waitFor(told));
  EXPECT_NEAR(rates.front(), 48'000, 1'500);
  EXPECT_NEAR(rates.back(), 90'000, 3'000);
}

/// Most of it passes by the session that writes the reports.
TEST(Peers, AreToldHowMuchWasSent) {
  MediaRoom room;
  room.join("a", person(red, 400));
  room.arrange();
  double sound = 0;
  double bytes = 0;
  const auto told = [&] {
    for (const auto& [ssrc, reports] : room.peer("a").senderReports()) {
      const auto& first = reports.front();
      const auto& last = reports.back();
      if (last.ntp - first.ntp <= 4 || std::abs(clockRate(reports) - 48'000) >= 1'500) continue;
      sound = (last.packets - first.packets) / (last.ntp - first.ntp);
      bytes = (last.octets - first.octets) / (last.ntp - first.ntp);
    }
    return sound > 0;
  };
  ASSERT_TRUE(waitFor(told));
  EXPECT_NEAR(sound, 50, 10) << "packets a second, each of 20 ms";
  EXPECT_GE(bytes, sound) << "a packet is a byte at least";
  EXPECT_LT(bytes, 50 * 400);
}

TEST(Peers, GetTheMixTheShortWay) {
  MediaRoom room;
  room.join("a", person(red, 400));
  room.join("b", person(green, 650, "H264"));
  room.arrange();
  const auto sent = [&] {
    const auto stats = room.media().stats();
    return stats.videoOut.packets + stats.audioOut.packets;
  };
  ASSERT_TRUE(waitFor([&] { return sent() > 500 && room.peer("a").video().frames > 50; }));
  const auto all = static_cast<double>(sent());
  // A packet of sound and a frame each second go the long way. What waits in a queue is not sent yet.
  EXPECT_GT(static_cast<double>(room.media().stats().rtpOutDirect), 0.7 * all);
}

TEST(Peers, ComeTheShortWayIn) {
  MediaRoom room;
  room.join("a", person(red, 400));
  room.join("b", person(green, 650));
  room.arrange();
  ASSERT_TRUE(waitFor([&] { return alike(room.seen("a", "b"), green) && alike(room.seen("b", "a"), red); }));
  const auto before = room.media().stats();
  ASSERT_TRUE(waitFor([&] { return room.media().stats().rtpInPackets() > before.rtpInPackets() + 200; }));
  const auto after = room.media().stats();
  // What is between the socket and the jitter buffers may be counted here and not yet there.
  EXPECT_GE(after.rtpInDirect - before.rtpInDirect + 20, after.rtpInPackets() - before.rtpInPackets());
  EXPECT_GT(before.rtpInDirect, 0U);
}

TEST(Peers, WhoFloodsCostsTheOthersNothing) {
  MediaRoom room;
  room.join("a", person(red, 400));
  room.join("b", person(green, 650));
  room.join("flood", person(0x0000ff, 900));
  room.arrange();
  ASSERT_TRUE(
      waitFor([&] { return alike(room.seen("a", "b"), green) && room.media().stats().rtpInDirect > 100; }));
  ASSERT_TRUE(waitFor([&] { return room.peer("flood").video().frames > 0; }));
  const auto frames = [&] { return room.media().tileCounters().at("b").arrived; };
  constexpr double seconds = 3;
  // What this machine shows in that time without a flood.
  const uint64_t begun = frames();
  const double until = now() + seconds;
  waitFor([&] { return now() > until; }, 60);
  const uint64_t usual = frames() - begun;
  EXPECT_EQ(room.media().stats().floodRests, 0U);
  const uint64_t before = frames();
  // On a busy machine a flood takes longer to be one.
  constexpr uint64_t most = 20'000;
  std::atomic<bool> over = false;
  std::atomic<uint64_t> sent = 0;
  const double flooded = now();
  std::thread flood([&] {
    room.peer("flood").flood([&](uint64_t count) {
      sent = count;
      return over.load();
    });
  });
  EXPECT_TRUE(waitFor(
      [&] { return now() - flooded > seconds && sent > most && room.media().stats().floodRests > 0; }, 60));
  over = true;
  const double took = now() - flooded;
  const uint64_t meanwhile = frames() - before;
  flood.join();
  std::cout << sent << " packets of a flood in " << took << " s; meanwhile " << meanwhile
            << " frames of another, " << usual << " in " << seconds << " s before it\n";
  EXPECT_GT(static_cast<double>(meanwhile), static_cast<double>(usual) / 3 * took / seconds);
  // And it is there again itself.
  EXPECT_TRUE(waitFor([&] { return alike(room.seen("a", "flood"), 0x0000ff); }));
}

TEST(Peers, WhoAsksForEverythingAgainGetsSoMuchAndNoMore) {
  MediaRoom room;
  room.join("a", person(red, 400));
  auto asks = person(green, 650);
  asks.nacks = true;
  room.join("asks", asks);
  room.arrange();
  ASSERT_TRUE(
      waitFor([&] { return alike(room.seen("a", "asks"), green) && room.peer("asks").video().frames > 50; }));
  const uint64_t before = room.peer("a").video().frames;
  std::atomic<bool> over = false;
  uint64_t asked = 0;
  const double begun = now();
  std::thread asking([&] {
    asked = room.peer("asks").askForAll(3);
    over = true;
  });
  EXPECT_TRUE(waitFor([&] { return over.load(); }, 60));
  asking.join();
  ASSERT_TRUE(waitFor([&] { return room.media().stats().resendRefused > 0; }));
  const auto stats = room.media().stats();
  std::cout << asked << " asked for, " << stats.resent << " sent, " << stats.resendRefused << " refused\n";
  EXPECT_GT(asked, 100'000U);
  EXPECT_GT(stats.resent, Resender::mostAtOnce);
  EXPECT_LT(static_cast<double>(stats.resent),
            Resender::mostAtOnce + Resender::mostASecond * (now() - begun));
  EXPECT_GT(room.peer("a").video().frames, before + 20) << "others see the mix meanwhile";
  // And it is seen and sees itself after.
  const uint64_t after = room.peer("asks").video().frames;
  EXPECT_TRUE(waitFor([&] { return room.peer("asks").video().frames > after + 20; }));
}

TEST(Peers, RenditionsStopWhenNobodyWatches) {
  MediaRoom room;
  room.join("a", person(red, 400));
  room.arrange();
  ASSERT_TRUE(waitFor([&] { return room.peer("a").video().frames > 0; }));
  EXPECT_EQ(room.media().stats().renditions.size(), 1U);
  room.leave("a");
  EXPECT_EQ(room.media().stats().renditions.size(), 0U);
}

TEST(Peers, OneThatDiesWithoutAWordBecomesACardAndCostsNobodyAFrame) {
  MediaRoom room;
  room.join("a", person(red, 400));
  room.join("b", person(green, 650));
  room.arrange();
  ASSERT_TRUE(waitFor([&] { return alike(room.seen("a", "b"), green); }));
  const uint64_t rendered = room.media().stats().video.rendered;
  const uint64_t late = room.media().stats().video.late;
  room.peer("b").stop();
  EXPECT_TRUE(waitFor([&] { return !alike(room.seen("a", "b"), green); }, 10)) << "a frozen face";
  const auto after = room.media().stats().video;
  // The canvas keeps its pace whatever happens to a peer; lateness is the machine's.
  EXPECT_LE(after.late - late, (after.rendered - rendered) / 4 + 1);
}

TEST(Peers, AMutedCameraIsACardAtOnce) {
  MediaRoom room;
  room.join("a", person(red, 400));
  room.arrange();
  ASSERT_TRUE(waitFor([&] { return alike(room.seen("a", "a"), red); }));
  room.media().setVideoMuted("a", true);
  EXPECT_TRUE(waitFor([&] { return !alike(room.seen("a", "a"), red); }, 10));
  room.media().setVideoMuted("a", false);
  EXPECT_TRUE(waitFor([&] { return alike(room.seen("a", "a"), red); }, 10));
}

TEST(Peers, WhoIsOffCanvasIsNotDecodedAndComesBackWithAKeyFrame) {
  MediaRoom room;
  room.join("a", person(red, 400));
  room.join("b", person(green, 650));
  room.arrange();
  ASSERT_TRUE(waitFor([&] { return alike(room.seen("a", "b"), green); }));
  const auto decoded = [&](const char* id) { return room.media().tileCounters().at(id).arrived; };
  room.media().arrange({{{"a", "A", false}, Rect{0, 0, 640, 360}}}, 1);
  const uint64_t before = decoded("b");
  const uint64_t packets = room.media().stats().rtpInPackets();
  const uint64_t seen = decoded("a");
  ASSERT_TRUE(waitFor([&] { return decoded("a") > seen + 50; }));
  std::printf("off canvas for %d frames of a: %d frames of b decoded, %d packets came in\n",
              static_cast<int>(decoded("a") - seen), static_cast<int>(decoded("b") - before),
              static_cast<int>(room.media().stats().rtpInPackets() - packets));
  EXPECT_LE(decoded("b"), before + 2) << "those in the decoder's hands when it was told";
  room.arrange();
  EXPECT_TRUE(waitFor([&] { return decoded("b") > before + 10; }));
  EXPECT_TRUE(waitFor([&] { return alike(room.seen("a", "b"), green); }));
}

TEST(Peers, AreSparedFramesAndTheTopRenditionWhenTold) {
  MediaSettings settings = MediaRoom::quick();
  settings.renditions.ladder = {{"360p", 360, 600'000}, {"180p", 180, 200'000}};
  MediaRoom room(settings);
  room.join("a", person(red, 400));
  room.arrange();
  ASSERT_TRUE(waitFor([&] { return room.peer("a").video().height == 360; }));
  const auto drawnIn = [&](double seconds) {
    const uint64_t before = room.media().stats().video.rendered;
    const double until = now() + seconds;
    waitFor([&] { return now() > until; });
    return static_cast<double>(room.media().stats().video.rendered - before) / seconds;
  };
  room.media().save({.frameDivisor = 2, .topRenditionOff = true});
  EXPECT_TRUE(waitFor([&] { return room.peer("a").video().height == 180; }));
  EXPECT_TRUE(waitFor([&] { return room.media().stats().renditions.size() == 1; }))
      << "nobody watches the top";
  EXPECT_LT(drawnIn(1), 15);
  room.media().save({});
  EXPECT_TRUE(waitFor([&] { return room.peer("a").video().height == 360; }));
  EXPECT_GT(drawnIn(1), 15);
}

TEST(Peers, ReconnectKeepsTheTile) {
  MediaRoom room;
  room.join("a", person(red, 400));
  room.join("b", person(green, 650));
  room.arrange();
  ASSERT_TRUE(waitFor([&] { return alike(room.seen("a", "b"), green); }));
  room.peer("b").stop();
  room.join("b", person(blue, 650));
  EXPECT_TRUE(waitFor([&] { return alike(room.seen("a", "b"), blue); }));
}

TEST(Peers, MoreThanTheTalkerSlotsAreHeardWhenTheySpeak) {
  MediaSettings settings = MediaRoom::quick();
  settings.audio.talkerSlots = 2;
  MediaRoom room(settings);
  const std::vector<Talk> talks = {{"a", red, 0}, {"b", green, 0}, {"c", blue, 0}, {"d", yellow, 0}};
  for (const auto& talk : talks)
    room.join(talk.id, person(talk.colour, talk.tone));
  room.arrange();
  ASSERT_TRUE(waitFor([&] {
    for (const auto& talk : talks) {
      if (room.peer(talk.id).soundSeconds() < 1) return false;
    }
    return true;
  }));
  room.peer("d").setTone(1000);  // joined last: has no slot yet
  EXPECT_TRUE(waitFor([&] { return room.peer("a").toneLevel(1000) > -30; }));
  EXPECT_TRUE(waitFor([&] { return room.peer("d").toneLevel(1000) < room.peer("a").toneLevel(1000) - 30; }))
      << "d hears itself";
  room.peer("c").setTone(700);
  EXPECT_TRUE(
      waitFor([&] { return room.peer("a").toneLevel(700) > -30 && room.peer("d").toneLevel(700) > -30; }));
  EXPECT_TRUE(waitFor([&] { return room.peer("c").toneLevel(700) < room.peer("a").toneLevel(700) - 30; }));
}

/// With levels that clients tell, and metered ones.
class Overheard : public testing::TestWithParam<bool> {};

TEST_P(Overheard, WhoIsSilentIsNotDecodedUntilTheySpeak) {
  MediaSettings settings = MediaRoom::quick();
  settings.audio.talkerSlots = 2;
  MediaRoom room(settings);
  for (const char* id : {"a", "b", "c", "d"}) {
    TestPeer::Options options = person(red, 0);
    options.levels = GetParam();
    room.join(id, options);
  }
  room.arrange();
  ASSERT_TRUE(waitFor([&] { return room.media().stats().audioPackets > 400; }));
  const auto before = room.media().stats();
  ASSERT_TRUE(waitFor([&] { return room.media().stats().audioPackets > before.audioPackets + 400; }));
  const auto after = room.media().stats();
  const auto share = static_cast<double>(after.audioDecoded - before.audioDecoded) /
                     static_cast<double>(after.audioPackets - before.audioPackets);
  EXPECT_NEAR(share, 0.5, 0.1) << "two of four have a slot";
  room.peer("d").setTone(1000);  // joined last
  EXPECT_TRUE(waitFor([&] { return room.peer("a").toneLevel(1000) > -30; }));
}

INSTANTIATE_TEST_SUITE_P(Levels, Overheard, testing::Bool());

TEST(Peers, WhoAskForKeyFramesAgainAndAgainShareOneASecond) {
  MediaRoom room;
  for (const char* id : {"a", "b", "c"})
    room.join(id, person(red, 400));
  room.arrange();
  for (const char* id : {"a", "b", "c"})
    ASSERT_TRUE(waitFor([&] { return room.peer(id).video().frames > 25; }));
  const uint64_t before = room.peer("c").video().keyFrames;
  const double from = now();
  std::atomic<uint64_t> asked = 0;
  std::atomic<int> done = 0;
  std::vector<std::thread> askers;
  for (const char* id : {"a", "b"}) {
    askers.emplace_back([&asked, &done, peer = &room.peer(id)] {
      asked += peer->askForKeyFrames(6);
      ++done;
    });
  }
  EXPECT_TRUE(waitFor([&] { return done == 2; }, 120));
  for (auto& asker : askers)
    asker.join();
  const auto seconds = static_cast<uint64_t>(std::ceil(now() - from));
  const uint64_t made = room.peer("c").video().keyFrames - before;
  EXPECT_GT(asked, 100U);
  EXPECT_GE(made, 3U) << "they are heard";
  EXPECT_LE(made, seconds + 1) << "for " << asked << " that were asked for";
}

TEST(Peers, AWrongFingerprintLetsNotOneBufferPass) {
  MediaRoom room;
  room.tamper = [](std::string sdp) {
    constexpr std::string_view prefix = "a=fingerprint:sha-256 ";
    for (size_t at = sdp.find(prefix); at != std::string::npos; at = sdp.find(prefix, at + 1)) {
      char& digit = sdp[at + prefix.size()];
      digit = digit == '0' ? '1' : '0';
    }
    return sdp;
  };
  room.join("a", person(red, 400));
  room.arrange();
  ASSERT_TRUE(waitFor(
      [&] { return room.states.contains("a") && room.states["a"] == PeerConnection::State::failed; }));
  // It has DTLS up and sends: give it time to try.
  waitFor([&] { return room.media().stats().gatedPackets > 50; }, 5);
  EXPECT_EQ(room.media().stats().rtpInPackets(), 0U);
  EXPECT_EQ(room.media().stats().errors.at("peer"), 1U);
  EXPECT_EQ(room.media().stats().framesArrived, 0U);
  EXPECT_EQ(room.media().stats().videoOut.packets, 0U);
  EXPECT_EQ(room.media().stats().audioOut.packets, 0U);
  EXPECT_EQ(room.peer("a").video().frames, 0U);
}

}  // namespace
}  // namespace tributary::test
