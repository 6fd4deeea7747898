#include "media/video_ingest.h"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.h"
#include "media/frame_size.h"
#include "media/ticker.h"

namespace tributary {
namespace {

// A frame this late when it reaches the decoder means that decoding does not keep up.
constexpr GstClockTime latest = 400 * GST_MSECOND;
// Beyond what a jitter buffer waits for a packet that is sent again.
constexpr GstClockTime behind = 250 * GST_MSECOND;
constexpr int64_t askAgainAfter = 500'000'000;  // ns

void setIfThere(GstElement* element, const char* property, gboolean value) {
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), property) != nullptr) {
    g_object_set(element, property, value, nullptr);
  }
}

Result<ObjectPtr<GstElement>> makeFrameSink(const std::string& name) {
  auto sink = makeElement("appsink", name);
  if (!sink) return sink;
  GstCaps* caps = gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, "I420", nullptr);
  g_object_set(sink->get(), "caps", caps, "sync", FALSE, "async", FALSE, "max-buffers", 1U, "drop", TRUE,
               "qos", FALSE, "enable-last-sample", FALSE, nullptr);
  gst_caps_unref(caps);
  return sink;
}

std::optional<FrameSize> sizeOf(std::string_view codec, GstBuffer* frame) {
  if (codec == "VP8") {
    std::array<uint8_t, 10> head{};
    return codedSize(codec, std::span(head).first(gst_buffer_extract(frame, 0, head.data(), head.size())));
  }
  GstMapInfo map;
  if (codec != "VP9" || !gst_buffer_map(frame, &map, GST_MAP_READ)) return std::nullopt;
  const auto out = codedSize(codec, {map.data, map.size});
  gst_buffer_unmap(frame, &map);
  return out;
}

}  // namespace

Result<std::unique_ptr<VideoIngest>> VideoIngest::create(GstElement* pipeline, const VideoCodec& codec,
                                                         const std::string& name,
                                                         std::shared_ptr<TileSlot> slot, LipSync* lipSync) {
  auto depayloader = makeElement(codec.depayloader, name + "-depay");
  auto decoder = makeDecoder(codec, name + "-decoder");
  auto sink = makeFrameSink(name + "-frames");
  for (const auto* made : {&depayloader, &decoder, &sink}) {
    if (!*made) return tl::unexpected(made->error());
  }
  setIfThere(depayloader->get(), "request-keyframe", TRUE);
  setIfThere(depayloader->get(), "wait-for-keyframe", TRUE);

  std::unique_ptr<VideoIngest> out(new VideoIngest);
  out->slot_ = std::move(slot);
  out->lipSync_ = lipSync;
  out->decoder_ = *decoder;
  out->pipeline_ = pipeline;
  out->codec_ = codec.name;
  gst_bin_add_many(GST_BIN(pipeline), depayloader->get(), decoder->get(), sink->get(), nullptr);
  GstElement* before = depayloader->get();
  if (!codec.parser.empty()) {
    auto parser = makeElement(codec.parser);
    if (!parser) return tl::unexpected(parser.error());
    gst_bin_add(GST_BIN(pipeline), parser->get());
    gst_element_link(before, parser->get());
    before = parser->get();
  }
  if (!gst_element_link_many(before, decoder->get(), sink->get(), nullptr)) {
    return fail(ErrorCode::internal, "no I420 from the decoder of " + std::string(codec.name));
  }
  out->sinkPad_ = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(depayloader->get(), "sink"));
  gst_pad_add_probe(
      out->sinkPad_.get(),
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        static_cast<VideoIngest*>(self)->onPacket(info);
        return GST_PAD_PROBE_OK;
      },
      out.get(), nullptr);

  auto decoderPad = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(decoder->get(), "sink"));
  gst_pad_add_probe(
      decoderPad.get(), GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        return static_cast<VideoIngest*>(self)->beforeDecoder(GST_PAD_PROBE_INFO_BUFFER(info));
      },
      out.get(), nullptr);
  gst_pad_add_probe(
      decoderPad.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        static_cast<VideoIngest*>(self)->onFormat(GST_PAD_PROBE_INFO_EVENT(info));
        return GST_PAD_PROBE_OK;
      },
      out.get(), nullptr);
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = [](GstAppSink* from, gpointer self) {
    GstSample* sample = gst_app_sink_pull_sample(from);
    if (sample == nullptr) return GST_FLOW_EOS;
    static_cast<VideoIngest*>(self)->onFrame(sample);
    gst_sample_unref(sample);
    return GST_FLOW_OK;
  };
  gst_app_sink_set_callbacks(GST_APP_SINK(sink->get()), &callbacks, out.get(), nullptr);
  return out;
}

/// A picture comes out of the decoder on this thread, with its last packet.
void VideoIngest::noteTime(GstBuffer* packet) {
  constexpr size_t timeAt = 4;  // RFC 3550, 5.1; the SSRC follows
  std::array<uint8_t, 8> bytes{};
  if (gst_buffer_extract(packet, timeAt, bytes.data(), bytes.size()) != bytes.size()) return;
  rtpTime_ = GST_READ_UINT32_BE(bytes.data());
  ssrc_ = GST_READ_UINT32_BE(bytes.data() + 4);
}

void VideoIngest::onPacket(GstPadProbeInfo* info) {
  if (lipSync_ != nullptr && (info->type & GST_PAD_PROBE_TYPE_BUFFER))
    noteTime(GST_PAD_PROBE_INFO_BUFFER(info));
  const int64_t now = monotonicNow();
  if (pictureDue_ == 0 || !slot_->isWanted()) {
    pictureDue_ = now;
    return;
  }
  if (now - std::max(pictureDue_, keyFrameAsked_) > askAgainAfter) askForKeyFrame(now);
}

void VideoIngest::askForKeyFrame(int64_t now) {
  keyFrameAsked_ = now;
  requestKeyFrame();
}

/// H.264's parser knows the size; the others' frames are looked into.
void VideoIngest::onFormat(GstEvent* event) {
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  const GstStructure* format = gst_caps_get_structure(caps, 0);
  int width = 0;
  int height = 0;
  gst_structure_get(format, "width", G_TYPE_INT, &width, "height", G_TYPE_INT, &height, nullptr);
  formatTooLarge_ = pixels({width, height}) > mostPixels;
}

bool VideoIngest::isTooLarge(GstBuffer* frame) {
  const auto size = sizeOf(codec_, frame);
  if (!formatTooLarge_ && (!size || pixels(*size) <= mostPixels)) return false;
  if (!std::exchange(toldTooLarge_, true))
    log::warning("video.tooLarge", {{"codec", codec_}, {"most", mostPixels}});
  return true;
}

GstPadProbeReturn VideoIngest::beforeDecoder(GstBuffer* frame) {
  if (isTooLarge(frame)) {
    skipping_ = true;
    ++counters_.skipped;
    return GST_PAD_PROBE_DROP;
  }
  const bool keyFrame = !GST_BUFFER_FLAG_IS_SET(frame, GST_BUFFER_FLAG_DELTA_UNIT);
  const GstClockTime now = gst_element_get_current_running_time(pipeline_);
  const GstClockTime pts = GST_BUFFER_PTS(frame);
  const bool timed = GST_CLOCK_TIME_IS_VALID(pts) && GST_CLOCK_TIME_IS_VALID(now);
  const bool late = timed && now > pts + latest;
  const bool wanted = slot_->isWanted();
  if (wanted && timed && now > pts + behind) ++counters_.late;
  // A key frame is shown however late: where all are, a slow picture is better than none.
  skipping_ = !wanted || (!keyFrame && (late || skipping_));
  if (!skipping_) return GST_PAD_PROBE_OK;
  // Nothing but a key frame can be decoded after a gap; a request may be lost on its way.
  if (wanted && monotonicNow() - keyFrameAsked_ > askAgainAfter) askForKeyFrame(monotonicNow());
  ++counters_.skipped;
  return GST_PAD_PROBE_DROP;
}

void VideoIngest::requestKeyFrame() {
  auto pad = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(decoder_.get(), "sink"));
  gst_pad_push_event(pad.get(), gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
}

void VideoIngest::onFrame(GstSample* sample) {
  ++counters_.frames;
  pictureDue_ = monotonicNow();
  const auto picture = Picture::wrap(sample);
  if (!picture) return;
  slot_->push(picture, monotonicNow());
  if (lipSync_ != nullptr) lipSync_->onPicture(ssrc_, rtpTime_, monotonicNow());
}

}  // namespace tributary
