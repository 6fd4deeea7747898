#include "media/start_bitrate.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "glib/object_ptr.h"

namespace tributary {
namespace {

TEST(StartBitrate, IsAParameterOfEveryVideoCodecAndOfNothingElse) {
  GstSDPMessage* answer = nullptr;
  ASSERT_EQ(gst_sdp_message_new_from_text("v=0\r\n"
                                          "o=- 1 0 IN IP4 0.0.0.0\r\n"
                                          "s=-\r\n"
                                          "t=0 0\r\n"
                                          "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
                                          "a=rtpmap:111 OPUS/48000/2\r\n"
                                          "a=fmtp:111 useinbandfec=1\r\n"
                                          "m=video 9 UDP/TLS/RTP/SAVPF 9 96 97 98\r\n"
                                          "a=rtpmap:9\r\n"
                                          "a=rtpmap:96 VP8/90000\r\n"
                                          "a=rtpmap:97 rtx/90000\r\n"
                                          "a=fmtp:97 apt=96\r\n"
                                          "a=rtpmap:98 H264/90000\r\n"
                                          "a=fmtp:98 packetization-mode=1\r\n",
                                          &answer),
            GST_SDP_OK);
  hintStartBitrate(*answer, 900'000);
  const std::unique_ptr<char, GFree> written(gst_sdp_message_as_text(answer));
  gst_sdp_message_free(answer);
  const std::string text = written.get();
  for (const char* line : {"a=fmtp:96 x-google-start-bitrate=900\r\n",
                           "a=fmtp:98 packetization-mode=1;x-google-start-bitrate=900\r\n",
                           "a=fmtp:97 apt=96\r\n", "a=fmtp:111 useinbandfec=1\r\n"})
    EXPECT_NE(text.find(line), std::string::npos) << line << text;
}

}  // namespace
}  // namespace tributary
