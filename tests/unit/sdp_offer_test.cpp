#include "protocol/sdp_offer.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace tributary {
namespace {

std::string fixture(const std::string& name) {
  std::ifstream file(std::string(FIXTURES) + "/" + name + ".sdp");
  std::stringstream out;
  out << file.rdbuf();
  return out.str();
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << "the fixture has no " << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

std::string good() {
  return fixture("chromium-audio-video");
}

const std::string audioMid = "a=mid:0\r\n";

class RealOffers : public testing::TestWithParam<const char*> {};

TEST_P(RealOffers, Pass) {
  const auto offer = parseOffer(fixture(GetParam()));
  ASSERT_TRUE(offer) << offer.error().message;
  EXPECT_EQ(offer->fingerprint.size(), 64u);
  EXPECT_EQ(offer->media[0].kind, SdpMedia::Kind::audio);
  EXPECT_EQ(offer->media[0].codecs[0].name, "OPUS");
  EXPECT_TRUE(offer->media[0].extensions.contains("urn:ietf:params:rtp-hdrext:ssrc-audio-level"));
  if (offer->media.size() < 2) return;
  const auto& vp8 = offer->media[1].codecs[0];
  EXPECT_EQ(vp8.name, "VP8");
  EXPECT_TRUE(vp8.rtxPayloadType && vp8.nack && vp8.nackPli && vp8.ccmFir && vp8.transportCc);
}

TEST_P(RealOffers, AreSafeToPassOn) {
  const auto offer = parseOffer(fixture(GetParam()));
  ASSERT_TRUE(offer);
  for (const char* poison : {".local", " 0 UDP/TLS", "bundle-only", " tcp ", " TCP ", "end-of-candidates"}) {
    EXPECT_EQ(offer->text.find(poison), std::string::npos) << poison;
  }
  const auto again = parseOffer(offer->text);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->text, offer->text);
}

INSTANTIATE_TEST_SUITE_P(Browsers, RealOffers,
                         testing::Values("chromium-audio-video", "chromium-audio-video-screen",
                                         "chromium-audio", "chromium-max-bundle", "firefox-audio-video",
                                         "firefox-audio-video-screen", "firefox-audio",
                                         "firefox-max-bundle"));

TEST(SdpOffer, ReadsDirections) {
  const auto offer = parseOffer(fixture("chromium-audio-video-screen"));
  ASSERT_TRUE(offer);
  ASSERT_EQ(offer->media.size(), 3u);
  EXPECT_EQ(offer->media[1].direction, SdpDirection::sendRecv);
  EXPECT_EQ(offer->media[2].direction, SdpDirection::sendOnly);
}

TEST(SdpOffer, RefusesDataChannelsByName) {
  const auto offer = parseOffer(fixture("firefox-data"));
  ASSERT_FALSE(offer);
  EXPECT_EQ(offer.error().code, ErrorCode::invalidSdp);
  EXPECT_NE(offer.error().message.find("data channels are not taken"), std::string::npos);
}

struct Damage {
  const char* what;
  const char* by;
  const char* message;  ///< part of it
};

class DamagedOffers : public testing::TestWithParam<Damage> {};

TEST_P(DamagedOffers, AreRefusedWithTheReason) {
  const auto& damage = GetParam();
  const auto offer = parseOffer(replaced(good(), damage.what, damage.by));
  ASSERT_FALSE(offer);
  EXPECT_EQ(offer.error().code, ErrorCode::invalidSdp);
  EXPECT_NE(offer.error().message.find(damage.message), std::string::npos) << offer.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Session, DamagedOffers,
    testing::Values(Damage{"v=0", "v=1", "the version must be v=0"}, Damage{"o=-", "o=", "must be o="},
                    Damage{"s=-\r\n", "", "s= is missing"}, Damage{"t=0 0\r\n", "", "exactly one t="},
                    Damage{"t=0 0", "t=0", "must be t="},
                    Damage{"s=-", "s=-\r\nk=clear:1", "has no place here"},
                    Damage{"s=-", "s=\x01", "control character"},
                    Damage{"s=-", "s=-\r\na=ice-lite", "ICE-lite"},
                    Damage{"s=-", "s=-\r\nnonsense", "x=value"}, Damage{"s=-", "s=\xff", "UTF-8"},
                    Damage{"a=group:BUNDLE 0 1\r\n", "", "BUNDLE with all mids is missing"},
                    Damage{"BUNDLE 0 1", "BUNDLE 0", "must list every a=mid"},
                    Damage{"BUNDLE 0 1", "BUNDLE 0 1 2", "must list every a=mid"},
                    Damage{"BUNDLE 0 1", "BUNDLE 0 1 1", "must list every a=mid"},
                    Damage{"a=group:BUNDLE 0 1", "a=group:BUNDLE 0 1\r\na=group:BUNDLE 0", "second BUNDLE"}));

INSTANTIATE_TEST_SUITE_P(
    Media, DamagedOffers,
    testing::Values(
        Damage{"m=video 36051", "m=video 0", "port 0"}, Damage{"m=video 36051", "m=video 36051/2", "port"},
        Damage{"m=video", "m=text", "only audio and video"},
        Damage{"m=video", "m=audio", "two audio m-lines"},
        Damage{"UDP/TLS/RTP/SAVPF", "RTP/AVP", "protocol must be"}, Damage{"a=mid:1\r\n", "", "no a=mid"},
        Damage{"a=mid:1", "a=mid:0", "same a=mid"}, Damage{"a=mid:1", "a=mid:0123456789abcdefg", "1 to 16"},
        Damage{"a=mid:1", "a=mid:1\r\na=mid:2", "a second a=mid"}, Damage{"a=rtcp-mux\r\n", "", "rtcp-mux"},
        Damage{"a=sendrecv", "a=sendrecv\r\na=recvonly", "second direction"},
        Damage{"a=mid:1", "a=mid:1\r\na=bundle-only", "needs port 0"},
        Damage{"a=mid:1", "a=mid:1\r\na=simulcast:send 1;2", "simulcast is not taken"},
        Damage{"a=mid:1", "a=mid:1\r\na=rid:1 send", "simulcast is not taken"},
        Damage{"a=mid:1", "a=mid:1\r\na=crypto:1 AES x", "SDES"},
        Damage{"a=mid:1", "a=mid:1\r\nb=AS:many", "b="}, Damage{"a=mid:1", "a=mid:1\r\nc=IN IP4", "c="}));

INSTANTIATE_TEST_SUITE_P(
    Transport, DamagedOffers,
    testing::Values(Damage{"a=ice-ufrag:", "a=x-ufrag:", "no a=ice-ufrag"},
                    Damage{"a=ice-ufrag:", "a=ice-ufrag:-", "4"}, Damage{"a=ice-pwd:", "a=ice-pwd: ", "22"},
                    Damage{"a=ice-pwd:", "a=ice-pwd:x", "other ICE credentials"},
                    Damage{"a=setup:actpass", "a=setup:passive", "must be actpass"},
                    Damage{"a=setup:actpass", "a=setup:active", "another a=setup"},
                    Damage{"fingerprint:sha-256 ", "fingerprint:sha-1 ", "sha-256"},
                    Damage{"fingerprint:sha-256 ", "fingerprint:sha-256 AB:", "32 bytes"},
                    Damage{"a=fingerprint", "a=x-fingerprint", "no a=fingerprint"},
                    Damage{"typ host", "type host", "candidate is malformed"}));

INSTANTIATE_TEST_SUITE_P(
    Codecs, DamagedOffers,
    testing::Values(
        Damage{" 111 63", " 111 111 63", "twice"}, Damage{" 111 63", " 70 63", "0 to 63 or 96 to 127"},
        Damage{" 111 63", " 128 63", "0 to 63 or 96 to 127"},
        Damage{" 111 63", " 111 63 100000000000", "0 to 63"},
        Damage{"opus/48000/2", "opus/8000/2", "OPUS must be 48000/2"},
        Damage{"opus/48000/2", "opus", "must be a=rtpmap"}, Damage{"VP8/90000", "VP8/48000", "must be 90000"},
        Damage{"a=rtpmap:96 VP8", "a=rtpmap:95 VP8", "does not list"},
        Damage{"a=rtpmap:96 VP8/90000\r\n", "", "has no a=rtpmap"},
        Damage{"a=rtpmap:96 VP8/90000", "a=rtpmap:96 VP8/90000\r\na=rtpmap:96 VP8/90000", "second a=rtpmap"},
        Damage{"apt=96", "apt=77", "does not list"}, Damage{"apt=96", "apt=97", "another rtx"},
        Damage{"a=fmtp:97 apt=96", "a=fmtp:97 x=96", "needs an a=fmtp with apt"},
        Damage{"apt=102", "apt=96", "two rtx"},
        Damage{"profile-level-id=42001f", "profile-level-id=42", "six hexadecimal"},
        Damage{"a=extmap:1 ", "a=extmap:15 ", "1 to 14"}, Damage{"a=extmap:1 ", "a=extmap:0 ", "1 to 14"},
        Damage{"a=extmap:1 ", "a=extmap:2 ", "twice"},
        Damage{"a=extmap:1 ", "a=extmap:1/sideways ", "1 to 14"},
        Damage{"a=ssrc-group:FID", "a=ssrc-group:SIM", "simulcast"},
        Damage{"a=ssrc-group:FID ", "a=ssrc-group:FID 1 ", "two different"},
        Damage{"a=mid:1", "a=mid:1\r\na=ssrc:4294967296 cname:x", "SSRC must be"},
        Damage{"a=mid:1", "a=mid:1\r\na=ssrc-group:FID 5 6", "no a=ssrc line"}));

TEST(SdpOffer, HasLimits) {
  EXPECT_FALSE(parseOffer(good() + std::string(33000, 'x')));
  std::string lines = good();
  for (int i = 0; i < 1000; ++i)
    lines += "a=x\r\n";
  EXPECT_NE(parseOffer(lines).error().message.find("1000 lines"), std::string::npos);
  EXPECT_NE(parseOffer(good() + "a=x:" + std::string(1100, 'y') + "\r\n").error().message.find("1024 bytes"),
            std::string::npos);
  std::string ssrcs = good();
  for (int i = 1; i <= 17; ++i)
    ssrcs += "a=ssrc:" + std::to_string(i) + " cname:x\r\n";
  EXPECT_NE(parseOffer(ssrcs).error().message.find("more than 16 SSRCs"), std::string::npos);
  EXPECT_FALSE(parseOffer(""));
  EXPECT_FALSE(parseOffer(std::string_view("v=0\0\r\n", 6)));
}

TEST(SdpOffer, DropsWhatNobodyKnows) {
  const auto offer =
      parseOffer(replaced(good(), audioMid, audioMid + "a=x-future:thing\r\na=extmap:20 urn:x\r\n"));
  ASSERT_TRUE(offer) << offer.error().message;
  EXPECT_EQ(offer->text.find("x-future"), std::string::npos);
  EXPECT_EQ(offer->text.find("urn:x"), std::string::npos);
}

TEST(SdpOffer, TakesBareLineFeeds) {
  std::string text = good();
  std::erase(text, '\r');
  EXPECT_TRUE(parseOffer(text));
}

TEST(SdpOffer, TheBundlesFirstMustStandOnItsOwn) {
  const auto offer = parseOffer(replaced(fixture("firefox-max-bundle"), "BUNDLE 0 1", "BUNDLE 1 0"));
  ASSERT_FALSE(offer);
  EXPECT_NE(offer.error().message.find("must not be bundle-only"), std::string::npos);
}

TEST(SdpOffer, NoTruncationIsAccepted) {
  // Nothing that ends early may pass by accident, and nothing may crash.
  const std::string text = good();
  for (size_t size = 0; size < text.find("m=video"); size += 7)
    parseOffer(text.substr(0, size));
  EXPECT_FALSE(parseOffer(text.substr(0, text.find("m=video"))));
}

}  // namespace
}  // namespace tributary
