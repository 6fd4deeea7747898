// What frames say of their size, before anybody decodes them.
#include "media/frame_size.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace tributary {
namespace {

using Bytes = std::vector<uint8_t>;

/// Frames of a real encoder.
std::vector<Bytes> encoded(const std::string& encoder, int width, int height) {
  const std::string text =
      "videotestsrc num-buffers=4 pattern=ball ! video/x-raw,format=I420,width=" + std::to_string(width) +
      ",height=" + std::to_string(height) + " ! " + encoder + " ! appsink name=out sync=false";
  GstElement* pipeline = gst_parse_launch(text.c_str(), nullptr);
  GstElement* out = gst_bin_get_by_name(GST_BIN(pipeline), "out");
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  std::vector<Bytes> frames;
  while (GstSample* sample = gst_app_sink_pull_sample(GST_APP_SINK(out))) {
    GstBuffer* buffer = gst_sample_get_buffer(sample);
    Bytes bytes(gst_buffer_get_size(buffer));
    gst_buffer_extract(buffer, 0, bytes.data(), bytes.size());
    frames.push_back(std::move(bytes));
    gst_sample_unref(sample);
  }
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(out);
  gst_object_unref(pipeline);
  return frames;
}

TEST(CodedSize, IsThatOfWhatWasEncoded) {
  for (const auto& [codec, encoder] :
       {std::pair{"VP8", "vp8enc deadline=1"}, {"VP9", "vp9enc deadline=1 cpu-used=8"}}) {
    const auto frames = encoded(encoder, 322, 178);
    ASSERT_EQ(frames.size(), 4U) << codec;
    EXPECT_EQ(codedSize(codec, frames[0]), (FrameSize{322, 178})) << codec;
    for (size_t i = 1; i < frames.size(); ++i)
      EXPECT_EQ(codedSize(codec, frames[i]), std::nullopt) << codec << ": as the one before, " << i;
    EXPECT_EQ(codedSize("H264", frames[0]), std::nullopt);
  }
}

TEST(CodedSize, IsTheLargestOfFramesInOne) {
  const Bytes small = encoded("vp9enc deadline=1 cpu-used=8", 64, 64).at(0);
  Bytes large = encoded("vp9enc deadline=1 cpu-used=8", 128, 64).at(0);
  Bytes both = small;
  both.insert(both.end(), large.begin(), large.end());
  const auto low = [](size_t size) { return static_cast<uint8_t>(size & 0xff); };
  const auto high = [](size_t size) { return static_cast<uint8_t>(size >> 8); };
  constexpr uint8_t marker = 0xc0 | 1 << 3 | 1;  // two frames, two bytes for each size
  both.insert(both.end(),
              {marker, low(small.size()), high(small.size()), low(large.size()), high(large.size()), marker});
  EXPECT_EQ(codedSize("VP9", both), (FrameSize{128, 64}));
}

TEST(CodedSize, OfGarbageIsNothingOrAnythingButNoHarm) {
  EXPECT_EQ(codedSize("VP8", {}), std::nullopt);
  EXPECT_EQ(codedSize("VP9", {}), std::nullopt);
  const Bytes huge = {0x10, 0, 0, 0x9d, 0x01, 0x2a, 0xff, 0x3f, 0xff, 0x3f};
  EXPECT_EQ(codedSize("VP8", huge), (FrameSize{16383, 16383}));
  uint32_t state = 1;
  for (int round = 0; round < 20'000; ++round) {
    Bytes bytes(round % 40);
    for (auto& byte : bytes)
      byte = static_cast<uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    codedSize("VP8", bytes);
    codedSize("VP9", bytes);
  }
}

}  // namespace
}  // namespace tributary
