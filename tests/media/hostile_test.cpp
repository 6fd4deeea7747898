// Hostile offers and candidates against the real server, before and during a connection: each is refused
// with a named error, and the room goes on as if nothing had been.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <iostream>
#include <regex>
#include <thread>

#include "server_process.h"
#include "signalling_client.h"

namespace tributary::test {
namespace {

using Change = std::function<std::string(std::string)>;

/// Replaces every match of `pattern`.
Change swap(const std::string& pattern, const std::string& replacement) {
  return [=](const std::string& sdp) { return std::regex_replace(sdp, std::regex(pattern), replacement); };
}

/// Adds lines to the end: they belong to the last m-line.
Change add(std::string lines) {
  return [=](const std::string& sdp) { return sdp + lines; };
}

Change whole(std::string text) {
  return [=](const std::string&) { return text; };
}

std::string many(const std::string& line, int count) {
  std::string out;
  for (int i = 0; i < count; ++i)
    out += std::regex_replace(line, std::regex("#"), std::to_string(i)) + "\r\n";
  return out;
}

/// webrtcbin writes a bundled m-line as Firefox does, on port 0; most clients do not.
std::string plain(const std::string& offer) {
  return swap("a=bundle-only\r\n", "")(swap("m=video 0", "m=video 9")(offer));
}

struct Hostile {
  const char* what;
  Change change;
};

std::vector<Hostile> hostileOffers() {
  return {
      {"empty", whole("")},
      {"no SDP at all", whole("hello")},
      {"only a version", whole("v=0\r\n")},
      {"binary", whole(std::string("v=0\r\n\x01\x02\x7f\r\n"))},
      {"port 0", swap("m=video \\d+", "m=video 0")},
      {"port 0 on both", swap("m=(audio|video) \\d+", "m=$1 0")},
      {"port out of range", swap("m=video \\d+", "m=video 70000")},
      {"negative port", swap("m=video \\d+", "m=video -1")},
      {"plain RTP", swap("UDP/TLS/RTP/SAVPF", "RTP/AVP")},
      {"other transport", swap("UDP/TLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVPF")},
      {"no BUNDLE", swap("a=group:BUNDLE[^\r\n]*\r\n", "")},
      {"BUNDLE of a stranger", swap("a=group:BUNDLE[^\r\n]*", "a=group:BUNDLE nobody")},
      {"BUNDLE of one", swap("(a=group:BUNDLE \\S+)[^\r\n]*", "$1")},
      {"BUNDLE empty", swap("a=group:BUNDLE[^\r\n]*", "a=group:BUNDLE")},
      {"no mids", swap("a=mid:[^\r\n]*\r\n", "")},
      {"equal mids", swap("a=mid:[^\r\n]*", "a=mid:same")},
      {"long mid", swap("a=mid:[^\r\n]*", "a=mid:" + std::string(300, 'm'))},
      {"no ufrag", swap("a=ice-ufrag:[^\r\n]*\r\n", "")},
      {"short ufrag", swap("a=ice-ufrag:[^\r\n]*", "a=ice-ufrag:a")},
      {"long ufrag", swap("a=ice-ufrag:[^\r\n]*", "a=ice-ufrag:" + std::string(400, 'u'))},
      {"ufrag with blanks", swap("a=ice-ufrag:[^\r\n]*", "a=ice-ufrag:ab cd")},
      {"no pwd", swap("a=ice-pwd:[^\r\n]*\r\n", "")},
      {"short pwd", swap("a=ice-pwd:[^\r\n]*", "a=ice-pwd:short")},
      {"no fingerprint", swap("a=fingerprint:[^\r\n]*\r\n", "")},
      {"short fingerprint", swap("a=fingerprint:sha-256 [^\r\n]*", "a=fingerprint:sha-256 AA:BB")},
      {"sha-1 fingerprint", swap("a=fingerprint:sha-256", "a=fingerprint:sha-1")},
      {"fingerprint of no hex", swap("a=fingerprint:sha-256 ..", "a=fingerprint:sha-256 ZZ")},
      {"no setup", swap("a=setup:[^\r\n]*\r\n", "")},
      {"strange setup", swap("a=setup:[^\r\n]*", "a=setup:holdconn")},
      {"no rtcp-mux", swap("a=rtcp-mux\r\n", "")},
      {"payload type without rtpmap", swap("a=rtpmap:96[^\r\n]*\r\n", "")},
      {"payload type of RTCP", swap("\\b96\\b", "72")},
      {"payload type 300", swap("\\b96\\b", "300")},
      {"payload type twice", swap("(m=video \\d+ \\S+ 96)", "$1 96")},
      {"Opus of a strange clock", swap("OPUS/48000/2", "OPUS/1/2")},
      {"VP8 of a strange clock", swap("VP8/90000", "VP8/7")},
      {"VP8 of clock 0", swap("VP8/90000", "VP8/0")},
      {"rtpmap without a codec", swap("a=rtpmap:96[^\r\n]*", "a=rtpmap:96")},
      {"unknown codecs alone", swap("VP8/90000", "XYZ/90000")},
      {"no audio codec we have", swap("OPUS/48000/2", "PCMX/48000/2")},
      {"ssrc of no number", add("a=ssrc:hello cname:x\r\n")},
      {"ssrc too large", add("a=ssrc:99999999999999 cname:x\r\n")},
      {"a thousand ssrcs", add(many("a=ssrc:1000# cname:x", 600))},
      {"ssrc-group without ssrcs", add("a=ssrc-group:FID\r\n")},
      {"extmap 0", add("a=extmap:0 urn:x\r\n")},
      {"extmap twice", add("a=extmap:5 urn:x\r\na=extmap:5 urn:y\r\n")},
      {"extmap of no number", add("a=extmap:x urn:x\r\n")},
      {"malformed candidate", add("a=candidate:garbage\r\n")},
      {"candidate with a port of 99999", add("a=candidate:1 1 udp 1 1.2.3.4 99999 typ host\r\n")},
      {"simulcast", add("a=rid:a send\r\na=rid:b send\r\na=simulcast:send a;b\r\n")},
      {"data channel",
       add("m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\na=mid:d\r\n")},
      {"a second audio",
       [](const std::string& sdp) {
         const size_t audio = sdp.find("m=audio");
         const size_t video = sdp.find("m=video");
         return sdp + sdp.substr(audio, video - audio);
       }},
      {"a hundred m-lines", add(many("m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:x#", 100))},
      {"ten thousand lines", add(many("a=x:#", 5000))},
      {"a line of 20,000", add("a=" + std::string(20'000, 'x') + "\r\n")},
      {"cut in the middle", [](const std::string& sdp) { return sdp.substr(0, sdp.find("m=video") + 12); }},
      {"no m-line", [](const std::string& sdp) { return sdp.substr(0, sdp.find("m=")); }},
      {"rtcp-fb of nobody", swap("m=video (\\d+) (\\S+) 96", "m=video $1 $2")},
  };
}

const std::vector<const char*>& hostileCandidates() {
  static const std::vector<const char*> all = {
      "candidate:",
      "candidate:1 1 udp",
      "candidate:1 1 udp x 1.2.3.4 5 typ host",
      "candidate:1 1 udp 1 1.2.3.4 99999 typ host",
      "candidate:1 x udp 1 1.2.3.4 5 typ host",
      "candidate:1 1 udp 1 not!an!address 5 typ host",
      "candidate:1 1 udp 99999999999 1.2.3.4 5 typ host",
      "candidate:1 1 udp 1 1.2.3.4 5",
      "rm -rf /",
      "candidate:1 1 udp 1 1.2.3.4 5 typ host\r\na=fingerprint:sha-256 00",
  };
  return all;
}

constexpr const char* config = R"({"rooms": {"departureTimeout": 1, "spareProcesses": 0},
  "limits": {"messagesPerSecond": 1000, "messageBurst": 2000}})";
constexpr const char* profile =
    R"({"canvas": {"width": 640, "height": 360}, "renditions": [{"height": 360}]})";

TestPeer::Options small() {
  TestPeer::Options options;
  options.width = 160;
  options.height = 90;
  options.framerate = 10;
  return options;
}

class HostileClients : public testing::Test {
 protected:
  void SetUp() override {
    good_ = connect("Good");
    ASSERT_TRUE(waitFor([&] { return good_->peer()->video().frames > 5; }, 60)) << server_.log();
    room_ = server_.children().front();
  }

  std::shared_ptr<SignallingClient> connect(const std::string& name) {
    auto client = SignallingClient::create(server_.url());
    client->join("hostile", name);
    client->call(small());
    return client;
  }

  /// Sends it on that client and expects an error that says something.
  void refuses(SignallingClient& client, const Json& message, int64_t id, const std::string& what) {
    Json numbered = message;
    numbered.set("id", id);
    client.send(numbered);
    ASSERT_TRUE(waitFor([&] { return !client.replyTo(id).isNull(); }, 30)) << what << ": no reply";
    const Json reply = client.replyTo(id);
    EXPECT_EQ(reply["type"].stringOr(""), "error") << what << ": " << reply.dump().substr(0, 300);
    EXPECT_GT(reply["message"].stringOr("").size(), 10U) << what;
    EXPECT_NE(reply["code"].stringOr("internal"), "internal") << what << ": " << reply.dump();
  }

  /// Five send an offer, and then nothing: no candidates, no DTLS. Waits for some frames of the others.
  void joinSilently(std::vector<std::shared_ptr<SignallingClient>>& silent) {
    for (int i = 0; i < 5; ++i) {
      silent.push_back(SignallingClient::create(server_.url()));
      silent.back()->join("hostile", "Silent");
      silent.back()->call(small());
      silent.back()->peer()->onCandidate = nullptr;
      ASSERT_TRUE(waitFor([&] { return silent.back()->answered(); }, 60));
      silent.back()->peer()->stop();
    }
    const uint64_t frames = good_->peer()->video().frames;
    ASSERT_TRUE(waitFor([&] { return good_->peer()->video().frames > frames + 25; }, 60));
  }

  void roomIsUnharmed() {
    EXPECT_EQ(server_.children(), std::vector<int>{room_}) << "the room's process was replaced";
    const uint64_t frames = good_->peer()->video().frames;
    EXPECT_TRUE(waitFor([&] { return good_->peer()->video().frames > frames + 10; }, 30))
        << "the mix has stopped";
    EXPECT_TRUE(server_.complaints().empty()) << server_.complaints().front();
  }

  ServerProcess server_{config, profile};
  std::shared_ptr<SignallingClient> good_;
  int room_ = 0;
};

TEST_F(HostileClients, AreRefusedBeforeAConnection) {
  std::string offer;
  auto source = TestPeer::create(small());
  source->onOffer = [&offer](const std::string& sdp) { offer = plain(sdp); };
  source->start();
  ASSERT_TRUE(waitFor([&] { return !offer.empty(); }));
  auto client = SignallingClient::create(server_.url());
  client->join("hostile", "Hostile");
  ASSERT_TRUE(waitFor([&] { return client->joined(); }, 60));
  int64_t id = 100;
  for (const auto& hostile : hostileOffers()) {
    const std::string sdp = hostile.change(offer);
    ASSERT_TRUE(sdp != offer) << hostile.what << " changes nothing: this test would test nothing";
    refuses(*client, Json::object({{"type", "offer"}, {"sdp", sdp}}), ++id, hostile.what);
  }
  for (const char* candidate : hostileCandidates()) {
    refuses(*client, Json::object({{"type", "candidate"}, {"candidate", candidate}, {"sdpMLineIndex", 0}}),
            ++id, candidate);
  }
  roomIsUnharmed();
}

TEST_F(HostileClients, AreRefusedOverALiveConnection) {
  std::string offer;
  auto client = SignallingClient::create(server_.url());
  client->join("hostile", "Hostile");
  client->call(small());
  auto& onOffer = client->peer()->onOffer;
  onOffer = [&offer, send = onOffer](const std::string& sdp) {
    offer = plain(sdp);
    send(sdp);
  };
  ASSERT_TRUE(waitFor([&] { return client->peer()->video().frames > 5; }, 60));
  int64_t id = 100;
  for (const auto& hostile : hostileOffers()) {
    refuses(*client, Json::object({{"type", "offer"}, {"sdp", hostile.change(offer)}}), ++id, hostile.what);
  }
  for (const char* candidate : hostileCandidates()) {
    refuses(*client, Json::object({{"type", "candidate"}, {"candidate", candidate}, {"sdpMLineIndex", 0}}),
            ++id, candidate);
  }
  const uint64_t frames = client->peer()->video().frames;
  EXPECT_TRUE(waitFor([&] { return client->peer()->video().frames > frames + 10; }, 30))
      << "a refused offer ended the call";
  roomIsUnharmed();
}

TEST_F(HostileClients, WhoJoinAndNeverAnswerCostNobodyAnything) {
  const auto stepWhile = [this](const std::function<void()>& something) {
    good_->peer()->resetGap();
    something();
    return good_->peer()->video().largestStep;
  };
  // What the machine does to a call that nobody touches, in the same run.
  const double quiet = stepWhile([&] {
    const uint64_t frames = good_->peer()->video().frames;
    ASSERT_TRUE(waitFor([&] { return good_->peer()->video().frames > frames + 75; }, 60));
  });
  std::vector<std::shared_ptr<SignallingClient>> silent;
  const double step = stepWhile([&] { joinSilently(silent); });
  std::cout << "frames at most " << step * 1000 << " ms apart, " << quiet * 1000 << " without the silent\n";
  EXPECT_LE(step, quiet + 0.1) << "the others have lost frames";
  roomIsUnharmed();
}

TEST_F(HostileClients, WhoFloodsIsNamedInTheLog) {
  const auto flooding = SignallingClient::create(server_.url());
  flooding->join("hostile", "Flood");
  flooding->call(small());
  ASSERT_TRUE(waitFor([&] { return flooding->peer()->video().frames > 0; }, 60));
  std::atomic<bool> over = false;
  std::thread flood([&] { flooding->peer()->flood([&](uint64_t) { return over.load(); }); });
  EXPECT_TRUE(waitFor([&] { return server_.log().find("uplink.flood") != std::string::npos; }, 60))
      << server_.log();
  over = true;
  flood.join();
  roomIsUnharmed();
}

}  // namespace
}  // namespace tributary::test
