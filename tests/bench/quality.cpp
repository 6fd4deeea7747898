#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <time.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "baseline.h"
#include "loadgen/clip.h"
#include "loadgen/face_painter.h"
#include "media/codec_table.h"
#include "media/picture_ops.h"

namespace tributary::bench {
namespace {

/// Seconds until rate control has found its way from the first key frame.
constexpr int settling = 4;

using Pictures = std::vector<std::shared_ptr<Picture>>;

/// A wall of four faces, which is what a small call looks like.
Pictures paintWall(const Room& room) {
  Pictures out;
  const int frames = static_cast<int>(room.seconds * room.framerate);
  for (int i = 0; i < frames; ++i) {
    out.push_back(Picture::create(room.width, room.height));
    for (int person = 0; person < 4; ++person) {
      const int width = room.width / 2;
      const int height = room.height / 2;
      const auto face =
          load::paintFace(person, static_cast<double>(i) / room.framerate, load::loopSeconds, width, height);
      copy(face->view(), out.back()->view().part(person % 2 * width, person / 2 * height, width, height));
    }
  }
  return out;
}

GstBuffer* bufferOf(const PictureView& picture, guint64 pts) {
  const auto size = static_cast<size_t>(picture.width) * static_cast<size_t>(picture.height) * 3 / 2;
  GstBuffer* out = gst_buffer_new_allocate(nullptr, size, nullptr);
  GstMapInfo map;
  gst_buffer_map(out, &map, GST_MAP_WRITE);
  uint8_t* to = map.data;
  for (int plane = 0; plane < 3; ++plane) {
    const int width = plane == 0 ? picture.width : picture.width / 2;
    const int height = plane == 0 ? picture.height : picture.height / 2;
    for (int row = 0; row < height; ++row, to += width)
      std::memcpy(to, picture.plane[plane] + static_cast<ptrdiff_t>(row) * picture.stride[plane],
                  static_cast<size_t>(width));
  }
  gst_buffer_unmap(out, &map);
  GST_BUFFER_PTS(out) = pts;
  return out;
}

double squaredError(const PictureView& picture, const uint8_t* luma, int stride) {
  double sum = 0;
  for (int y = 0; y < picture.height; ++y) {
    for (int x = 0; x < picture.width; ++x) {
      const double difference = picture.plane[0][y * picture.stride[0] + x] - luma[y * stride + x];
      sum += difference * difference;
    }
  }
  return sum / (static_cast<double>(picture.width) * picture.height);
}

double cpuNow() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// appsrc → encoder → decoder → appsink, one frame in hand at a time.
class Codec {
 public:
  Codec(const EncoderSettings& settings, const Room& room)
      : room_(room), pipeline_(gst_pipeline_new(nullptr)) {
    source_ = gst_element_factory_make("appsrc", nullptr);
    sink_ = gst_element_factory_make("appsink", nullptr);
    const auto encoder = makeEncoder(settings, room.bitrate);
    const auto decoder = makeDecoder(*findVideoCodec("VP8"));
    if (!encoder || !decoder) return;
    GstCaps* caps = gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "I420", "width", G_TYPE_INT,
                                        room.width, "height", G_TYPE_INT, room.height, "framerate",
                                        GST_TYPE_FRACTION, room.framerate, 1, nullptr);
    g_object_set(source_, "caps", caps, "format", GST_FORMAT_TIME, nullptr);
    gst_caps_unref(caps);
    g_object_set(sink_, "sync", FALSE, nullptr);
    gst_bin_add_many(GST_BIN(pipeline_), source_, encoder->get(), decoder->get(), sink_, nullptr);
    working_ = gst_element_link_many(source_, encoder->get(), decoder->get(), sink_, nullptr);
    GstPad* pad = gst_element_get_static_pad(encoder->get(), "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, countBytes, this, nullptr);
    gst_object_unref(pad);
    gst_element_set_state(pipeline_, GST_STATE_PLAYING);
  }
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;
  ~Codec() {
    gst_element_set_state(pipeline_, GST_STATE_NULL);
    gst_object_unref(pipeline_);
  }

  bool working() const { return working_; }
  double bytes() const { return static_cast<double>(bytes_); }
  /// CPU seconds from what was pushed to what the encoder gave; its worker threads count.
  double encoding() const { return encoding_; }

  /// The mean squared error of the luma; negative: the codec gave nothing.
  double code(const PictureView& picture, int number) {
    GstBuffer* buffer =
        bufferOf(picture, static_cast<guint64>(number) * GST_SECOND / static_cast<guint64>(room_.framerate));
    began_ = cpuNow();
    gst_app_src_push_buffer(GST_APP_SRC(source_), buffer);
    GstSample* sample = gst_app_sink_try_pull_sample(GST_APP_SINK(sink_), 10 * GST_SECOND);
    if (sample == nullptr) return -1;
    GstMapInfo map;
    gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ);
    const double error = squaredError(picture, map.data, room_.width);
    gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
    gst_sample_unref(sample);
    return error;
  }

 private:
  static GstPadProbeReturn countBytes(GstPad*, GstPadProbeInfo* info, gpointer self) {
    auto* codec = static_cast<Codec*>(self);
    codec->bytes_ += gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info));
    codec->encoding_ += cpuNow() - codec->began_;
    return GST_PAD_PROBE_OK;
  }

  const Room room_;
  GstElement* pipeline_;
  GstElement* source_ = nullptr;
  GstElement* sink_ = nullptr;
  bool working_ = false;
  double began_ = 0;
  double encoding_ = 0;
  size_t bytes_ = 0;
};

Json measure(const EncoderSettings& settings, const Room& room, const Pictures& wall) {
  Codec codec(settings, room);
  if (!codec.working()) return Json::object({{"error", "the encoder does not work"}});
  double error = 0;
  int number = 0;
  for (const auto& picture : wall) {
    const double one = codec.code(picture->view(), number);
    if (one < 0) return Json::object({{"error", "the encoder gave nothing"}});
    if (number >= settling * room.framerate) error += one;
    ++number;
  }
  const int counted = number - settling * room.framerate;
  return Json::object({{"psnr", 10 * std::log10(255.0 * 255.0 * counted / error)},
                       {"bitrate", codec.bytes() * 8 / room.seconds},
                       {"cores", codec.encoding() / room.seconds}});
}

}  // namespace

Json measureQuality(const Room& room) {
  const Pictures wall = paintWall(room);
  const EncoderSettings ours = defaultEncoder("VP8");
  EncoderSettings plain = ours;
  plain.properties = {{"deadline", "1"},    {"cpu-used", "-10"},           {"threads", "1"},
                      {"end-usage", "cbr"}, {"keyframe-max-dist", "3000"}, {"lag-in-frames", "0"}};
  EncoderSettings eager = ours;
  eager.properties["static-threshold"] = "1";
  return Json::object({{"ours", measure(ours, room, wall)},
                       {"oursWithoutStaticThreshold", measure(eager, room, wall)},
                       {"plain", measure(plain, room, wall)}});
}

}  // namespace tributary::bench
