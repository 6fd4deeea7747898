#include "media/rtx_packet.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "media/rtp_header.h"

namespace tributary {
namespace {

using Bytes = std::vector<uint8_t>;

// Marker, payload type 96, number 0x1234, time 0x01020304, SSRC 7; one word of extension; payload 9 8 7.
const Bytes original = {0x90, 0xe0, 0x12, 0x34, 1,    2,    3, 4, 0,    0,    0,   7,
                        0xbe, 0xde, 0,    1,    0x51, 0xaa, 1, 0, 0x09, 0x08, 0x07};

TEST(RtpHeader, EndsBehindSourcesAndExtension) {
  EXPECT_EQ(rtpHeaderSize(original), 20U);
  Bytes two = {0x82, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2};
  EXPECT_EQ(rtpHeaderSize(two), 20U);
  two.pop_back();
  EXPECT_EQ(rtpHeaderSize(two), std::nullopt);
  EXPECT_EQ(rtpHeaderSize(std::span(original).first(13)), std::nullopt);
  EXPECT_EQ(rtpHeaderSize(std::span(original).first(19)), std::nullopt);
  EXPECT_EQ(rtpHeaderSize({}), std::nullopt);
}

TEST(RtxPacket, BearsTheOriginalsNumberBeforeItsPayload) {
  const Bytes wanted = {0x90, 0xe1, 0xab, 0xcd, 1,    2, 3, 4,    0,    0,    0x01, 0x02, 0xbe,
                        0xde, 0,    1,    0x51, 0xaa, 1, 0, 0x12, 0x34, 0x09, 0x08, 0x07};
  EXPECT_EQ(rtxPacket(original, {.ssrc = 0x102, .payloadType = 97}, 0xabcd), wanted);
}

TEST(RtxPacket, OfWhatIsNoPacketIsNothing) {
  EXPECT_TRUE(rtxPacket(Bytes{0x90, 0xe0, 0x12}, {.ssrc = 1, .payloadType = 97}, 1).empty());
}

const std::string sdp =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=ssrc:50 cname:x\r\n"
    "m=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99\r\n"
    "a=fmtp:97 apt=96\r\na=fmtp:98 x-google-start-bitrate=1000;profile-id=0\r\na=fmtp:99 rtx-time=200; "
    "apt=98\r\n"
    "a=ssrc-group:SIM 60 61\r\na=ssrc-group:FID 60 61\r\na=ssrc-group:FID 70 71\r\n";

TEST(Retransmission, IsTheOneOfItsStreamAndPayloadType) {
  const auto first = retransmissionOf(sdp, 60, 96);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->ssrc, 61U);
  EXPECT_EQ(first->payloadType, 97);
  const auto second = retransmissionOf(sdp, 70, 98);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->ssrc, 71U);
  EXPECT_EQ(second->payloadType, 99);
}

TEST(Retransmission, IsNoneWhereNothingIsAgreed) {
  EXPECT_FALSE(retransmissionOf(sdp, 50, 111)) << "sound";
  EXPECT_FALSE(retransmissionOf(sdp, 61, 96)) << "it is a retransmission itself";
  EXPECT_FALSE(retransmissionOf(sdp, 60, 97));
  EXPECT_FALSE(retransmissionOf("nonsense", 60, 96));
}

}  // namespace
}  // namespace tributary
