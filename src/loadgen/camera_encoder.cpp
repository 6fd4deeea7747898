#include "loadgen/camera_encoder.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/rtp/gstrtpbuffer.h>
#include <gst/video/video.h>

#include "media/codec_table.h"
#include "media/picture_ops.h"

namespace tributary::load {
namespace {

constexpr unsigned packetSize = 1200;

PictureView viewOfBuffer(const GstMapInfo& map, const GstVideoInfo& info) {
  PictureView view{GST_VIDEO_INFO_WIDTH(&info), GST_VIDEO_INFO_HEIGHT(&info), {}, {}};
  for (size_t i = 0; i < 3; ++i) {
    view.plane[i] = map.data + GST_VIDEO_INFO_PLANE_OFFSET(&info, i);
    view.stride[i] = GST_VIDEO_INFO_PLANE_STRIDE(&info, i);
  }
  return view;
}

/// The packet's payload without its header, as one memory.
std::shared_ptr<GstMemory> payloadOf(GstBuffer* packet) {
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  if (!gst_rtp_buffer_map(packet, GST_MAP_READ, &rtp)) return nullptr;
  GstBuffer* payload = gst_rtp_buffer_get_payload_buffer(&rtp);
  gst_rtp_buffer_unmap(&rtp);
  GstMemory* memory = gst_buffer_get_all_memory(payload);
  gst_buffer_unref(payload);
  return {memory, [](GstMemory* held) { gst_memory_unref(held); }};
}

}  // namespace

Result<std::unique_ptr<CameraEncoder>> CameraEncoder::create(const CameraSpec& spec, OnFrame onFrame) {
  std::unique_ptr<CameraEncoder> out(new CameraEncoder);
  out->spec_ = spec;
  out->onFrame_ = std::move(onFrame);
  if (const auto built = out->build(spec); !built) return tl::unexpected(built.error());
  return out;
}

Result<void> CameraEncoder::build(const CameraSpec& spec) {
  const VideoCodec* codec = findVideoCodec(spec.codec);
  if (codec == nullptr) return fail(ErrorCode::badRequest, "no video codec '" + spec.codec + "'");
  auto source = makeElement("appsrc", "camera");
  auto encoder = makeEncoder(defaultEncoder(spec.codec), spec.bitrate);
  auto filter = makeElement("capsfilter");
  auto payloader = makeElement(codec->payloader);
  auto sink = makeElement("appsink");
  for (const auto* made : {&source, &encoder, &filter, &payloader, &sink}) {
    if (!*made) return tl::unexpected(made->error());
  }
  GstCaps* caps = gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "I420", "width", G_TYPE_INT,
                                      spec.width, "height", G_TYPE_INT, spec.height, "framerate",
                                      GST_TYPE_FRACTION, spec.framerate, 1, nullptr);
  g_object_set(source->get(), "caps", caps, "format", GST_FORMAT_TIME, "max-buffers", guint64{4}, "max-bytes",
               guint64{0}, nullptr);
  gst_caps_unref(caps);
  caps = gst_caps_from_string(std::string(codec->encodedCaps).c_str());
  g_object_set(filter->get(), "caps", caps, nullptr);
  gst_caps_unref(caps);
  g_object_set(payloader->get(), "mtu", packetSize, nullptr);
  if (spec.codec == "H264") {
    g_object_set(payloader->get(), "config-interval", -1, nullptr);
    gst_util_set_object_arg(G_OBJECT(payloader->get()), "aggregate-mode", "zero-latency");
  }
  g_object_set(sink->get(), "sync", FALSE, "buffer-list", TRUE, "enable-last-sample", FALSE, nullptr);
  pipeline_ = ObjectPtr<GstElement>::sink(gst_pipeline_new("camera"));
  gst_bin_add_many(GST_BIN(pipeline_.get()), source->get(), encoder->get(), filter->get(), payloader->get(),
                   sink->get(), nullptr);
  if (!gst_element_link_many(source->get(), encoder->get(), filter->get(), payloader->get(), sink->get(),
                             nullptr)) {
    return fail(ErrorCode::internal, "the encoder of " + spec.codec + " does not link");
  }
  source_ = *source;
  encoder_ = *encoder;
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = [](GstAppSink* from, gpointer self) {
    GstSample* sample = gst_app_sink_pull_sample(from);
    if (sample == nullptr) return GST_FLOW_EOS;
    static_cast<CameraEncoder*>(self)->onSample(sample);
    gst_sample_unref(sample);
    return GST_FLOW_OK;
  };
  gst_app_sink_set_callbacks(GST_APP_SINK(sink->get()), &callbacks, this, nullptr);
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  return {};
}

CameraEncoder::~CameraEncoder() {
  if (pipeline_) gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

void CameraEncoder::encode(const PictureView& picture, uint64_t number, bool live) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, static_cast<guint>(spec_.width),
                            static_cast<guint>(spec_.height));
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr);
  GstMapInfo map;
  gst_buffer_map(buffer, &map, GST_MAP_WRITE);
  copy(picture, viewOfBuffer(map, info));
  gst_buffer_unmap(buffer, &map);
  GST_BUFFER_PTS(buffer) = gst_util_uint64_scale(number, GST_SECOND, static_cast<guint64>(spec_.framerate));
  GST_BUFFER_DURATION(buffer) = GST_SECOND / static_cast<guint64>(spec_.framerate);
  g_object_set(source_.get(), "block", live ? FALSE : TRUE, "leaky-type", live ? 2 : 0, nullptr);
  gst_app_src_push_buffer(GST_APP_SRC(source_.get()), buffer);
}

void CameraEncoder::requestKeyFrame() {
  const auto pad = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(encoder_.get(), "src"));
  gst_pad_send_event(pad.get(), gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

void CameraEncoder::setBitrate(int bitrate) {
  setEncoderBitrate(encoder_.get(), bitrate);
}

void CameraEncoder::finish() {
  gst_app_src_end_of_stream(GST_APP_SRC(source_.get()));
  GstBus* bus = gst_element_get_bus(pipeline_.get());
  GstMessage* message = gst_bus_timed_pop_filtered(
      bus, 60 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  if (message != nullptr) gst_message_unref(message);
  gst_object_unref(bus);
}

void CameraEncoder::onSample(GstSample* sample) {
  CodedFrame frame;
  GstBufferList* list = gst_sample_get_buffer_list(sample);
  GstBuffer* single = gst_sample_get_buffer(sample);
  const guint count = list != nullptr ? gst_buffer_list_length(list) : 1;
  GstClockTime pts = 0;
  for (guint i = 0; i < count; ++i) {
    GstBuffer* packet = list != nullptr ? gst_buffer_list_get(list, i) : single;
    pts = GST_BUFFER_PTS(packet);
    if (auto payload = payloadOf(packet)) frame.payloads.push_back(std::move(payload));
  }
  const guint64 number = gst_util_uint64_scale_round(pts, static_cast<guint64>(spec_.framerate), GST_SECOND);
  onFrame_(std::move(frame), number);
}

}  // namespace tributary::load
