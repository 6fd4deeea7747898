#include "media/rendition.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#include <algorithm>

#include "media/thread_priority.h"

namespace tributary {
namespace {

// Whole RTP packets, with SRTP, UDP and a tunnel or two on top, stay below 1500.
constexpr unsigned packetSize = 1200;

Result<ObjectPtr<GstElement>> makePayloader(const VideoCodec& codec) {
  auto payloader = makeElement(codec.payloader, "payloader");
  if (!payloader) return payloader;
  // Time stamps are the room's time in every rendition, as the sound's are: clients compare the two.
  g_object_set(payloader->get(), "mtu", packetSize, "pt", 96, "timestamp-offset", 0U, nullptr);
  if (codec.name == "H264") {
    // SPS and PPS with each key frame: whoever joins there can decode.
    g_object_set(payloader->get(), "config-interval", -1, nullptr);
    gst_util_set_object_arg(G_OBJECT(payloader->get()), "aggregate-mode", "zero-latency");
  } else {
    gst_util_set_object_arg(G_OBJECT(payloader->get()), "picture-id-mode", "15-bit");
  }
  return payloader;
}

/// The canvas's time. x264enc gives its frames others, a thousand hours on, and a segment that says so.
int64_t runningTime(GstPad* pad, GstBuffer* frame) {
  const GstSegment* segment = nullptr;
  GstEvent* event = gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0);
  if (event != nullptr) gst_event_parse_segment(event, &segment);
  const GstClockTime out = segment != nullptr
                               ? gst_segment_to_running_time(segment, GST_FORMAT_TIME, GST_BUFFER_PTS(frame))
                               : GST_BUFFER_PTS(frame);
  if (event != nullptr) gst_event_unref(event);
  return static_cast<int64_t>(out);
}

uint64_t nextId() {
  static std::atomic<uint64_t> last = 0;
  return ++last;
}

}  // namespace

Rendition::Rendition(RenditionSpec spec) : spec_(std::move(spec)), id_(nextId()) {}

Result<std::unique_ptr<Rendition>> Rendition::create(const RenditionSpec& spec, const RoomClock& clock,
                                                     PipelineBus::OnError onError) {
  std::unique_ptr<Rendition> out(new Rendition(spec));
  const auto built = out->build(clock);
  if (!built) return tl::unexpected(built.error());
  out->bus_.watch(out->pipeline_.get(), std::move(onError));
  preferEncoderThread(out->pipeline_.get());
  if (gst_element_set_state(out->pipeline_.get(), GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE) {
    return fail(ErrorCode::internal, "the encoder " + spec.encoder.element + " does not start");
  }
  return out;
}

Result<void> Rendition::build(const RoomClock& clock) {
  own_ = {spec_.width, spec_.height, spec_.framerate};
  const VideoCodec* codec = findVideoCodec(spec_.codec);
  if (codec == nullptr) return fail(ErrorCode::unsupportedCodec, "no video codec '" + spec_.codec + "'");
  auto source = makeElement("appsrc", "canvas");
  auto encoder = makeEncoder(spec_.encoder, spec_.bitrate);
  auto filter = makeElement("capsfilter");
  auto payloader = makePayloader(*codec);
  auto sink = makeElement("appsink", "packets");
  for (const auto* made : {&source, &encoder, &filter, &payloader, &sink}) {
    if (!*made) return tl::unexpected(made->error());
  }
  GstCaps* caps = canvasCaps(own_);
  g_object_set(source->get(), "caps", caps, "format", GST_FORMAT_TIME, "is-live", TRUE, "max-buffers",
               guint64{2}, "max-bytes", guint64{0}, "block", FALSE, nullptr);
  gst_util_set_object_arg(G_OBJECT(source->get()), "leaky-type", "downstream");
  gst_caps_unref(caps);
  caps = gst_caps_from_string(std::string(codec->encodedCaps).c_str());
  g_object_set(filter->get(), "caps", caps, nullptr);
  gst_caps_unref(caps);
  g_object_set(sink->get(), "sync", FALSE, "async", FALSE, "buffer-list", TRUE, "enable-last-sample", FALSE,
               nullptr);

  pipeline_ = ObjectPtr<GstElement>::sink(gst_pipeline_new(("rendition-" + spec_.name).c_str()));
  gst_bin_add_many(GST_BIN(pipeline_.get()), source->get(), encoder->get(), filter->get(), payloader->get(),
                   sink->get(), nullptr);
  if (!gst_element_link_many(source->get(), encoder->get(), filter->get(), payloader->get(), sink->get(),
                             nullptr)) {
    return fail(ErrorCode::internal, "the encoder " + spec_.encoder.element + " does not give " +
                                         std::string(codec->encodedCaps) + " from I420");
  }
  clock.adopt(pipeline_.get());
  encoder_ = *encoder;
  source_ = *source;
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = [](GstAppSink* from, gpointer self) {
    GstSample* sample = gst_app_sink_pull_sample(from);
    if (sample == nullptr) return GST_FLOW_EOS;
    static_cast<Rendition*>(self)->deliver(sample);
    gst_sample_unref(sample);
    return GST_FLOW_OK;
  };
  gst_app_sink_set_callbacks(GST_APP_SINK(sink->get()), &callbacks, this, nullptr);
  const auto encoded = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(filter->get(), "src"));
  tapEncoded(encoded.get());
  const auto taken = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(source->get(), "src"));
  countTaken(taken.get());
  return {};
}

Rendition::~Rendition() {
  bus_.stop();
  {
    const std::lock_guard lock(endingMutex_);
    ends_ = true;
  }
  ending_.notify_all();
  if (pipeline_) {
    // The callbacks hold `this`: the pipeline must stand still before we go. An encoder has nothing to
    // wait for but its current frame.
    gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  }
  if (pool_ != nullptr) {
    gst_buffer_pool_set_active(pool_, FALSE);
    gst_object_unref(pool_);
  }
}

void Rendition::forceKeyFrame() {
  GstPad* pad = gst_element_get_static_pad(encoder_.get(), "src");
  gst_pad_send_event(pad, gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
  gst_object_unref(pad);
}

void Rendition::setBitrate(int bitrate) {
  if (bitrate == spec_.bitrate) return;
  spec_.bitrate = bitrate;
  setEncoderBitrate(encoder_.get(), bitrate);
}

bool Rendition::isDue(int64_t pts) {
  if (spec_.stillMs > 0) {
    // Somebody who comes sees the first at once.
    const int64_t interval = keyFrameWanted_ ? minKeyFrameInterval : spec_.stillMs * int64_t{1'000'000};
    if (pts - lastKeyFrame_ < interval) return false;
    keyFrameWanted_ = true;
    return true;
  }
  const int64_t interval = 1'000'000'000 / own_.framerate;
  // A canvas comes when it comes: half a frame early is in time, and one that is late delays no other.
  if (pts < nextDue_ - interval / 2) return false;
  nextDue_ = std::max(nextDue_ + interval, pts + interval / 2);
  return true;
}

GstBuffer* Rendition::scaled(GstBuffer* canvas, const CanvasFormat& format) {
  if (pool_ == nullptr) pool_ = makeCanvasPool(own_);
  GstBuffer* out = takeCanvas(pool_);
  if (out == nullptr) return nullptr;
  GstMapInfo from;
  GstMapInfo to;
  if (gst_buffer_map(canvas, &from, GST_MAP_READ)) {
    if (gst_buffer_map(out, &to, GST_MAP_WRITE)) {
      scale(viewOf(from, format), viewOf(to, own_));
      gst_buffer_unmap(out, &to);
      gst_buffer_copy_into(out, canvas, GST_BUFFER_COPY_TIMESTAMPS, 0, static_cast<gsize>(-1));
    }
    gst_buffer_unmap(canvas, &from);
  }
  return out;
}

void Rendition::push(GstBuffer* canvas, const CanvasFormat& format) {
  const auto pts = static_cast<int64_t>(GST_BUFFER_PTS(canvas));
  if (own_.framerate < format.framerate && !isDue(pts)) return;
  if (keyFrameWanted_ && pts - lastKeyFrame_ >= minKeyFrameInterval) {
    keyFrameWanted_ = false;
    lastKeyFrame_ = pts;
    forceKeyFrame();
    announceKeyFrame(pts);
  }
  GstBuffer* frame = own_.sameSize(format) ? gst_buffer_ref(canvas) : scaled(canvas, format);
  if (frame == nullptr) return;
  ++framesPushed_;
  gst_app_src_push_buffer(GST_APP_SRC(source_.get()), frame);
}

void Rendition::announceKeyFrame(int64_t pts) {
  const std::lock_guard lock(mutex_);
  for (const auto& tap : taps_)
    tap->onKeyFrameAhead(id_, pts);
}

uint64_t Rendition::framesDropped() const {
  // In this order: what is taken meanwhile makes it less, never more.
  const uint64_t pushed = framesPushed_;
  guint64 waiting = 0;
  g_object_get(source_.get(), "current-level-buffers", &waiting, nullptr);
  const uint64_t gone = framesTaken_ + waiting;
  return pushed > gone ? pushed - gone : 0;
}

void Rendition::countTaken(GstPad* pad) {
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo*, gpointer self) {
        ++static_cast<Rendition*>(self)->framesTaken_;
        return GST_PAD_PROBE_OK;
      },
      this, nullptr);
}

void Rendition::tapEncoded(GstPad* pad) {
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad* encoded, GstPadProbeInfo* info, gpointer self) {
        GstBuffer* const frame = GST_PAD_PROBE_INFO_BUFFER(info);
        auto* const rendition = static_cast<Rendition*>(self);
        rendition->keyFrame_ = !GST_BUFFER_FLAG_IS_SET(frame, GST_BUFFER_FLAG_DELTA_UNIT);
        rendition->deliverToTaps(encoded, frame);
        return GST_PAD_PROBE_OK;
      },
      this, nullptr);
}

void Rendition::deliverToTaps(GstPad* pad, GstBuffer* frame) {
  std::vector<std::shared_ptr<VideoTap>> taps;
  {
    const std::lock_guard lock(mutex_);
    taps = taps_;
  }
  GstMapInfo map;
  if (taps.empty() || !gst_buffer_map(frame, &map, GST_MAP_READ)) return;
  const EncodedFrame encoded{id_,          spec_.codec,         spec_.width,
                             spec_.height, spec_.framerate,     runningTime(pad, frame),
                             keyFrame_,    {map.data, map.size}};
  for (const auto& tap : taps)
    tap->onVideo(encoded);
  gst_buffer_unmap(frame, &map);
}

void Rendition::deliver(GstSample* sample) {
  GstBufferList* packets = gst_sample_get_buffer_list(sample);
  GstBufferList* made = nullptr;
  if (packets == nullptr) {
    made = gst_buffer_list_new();
    gst_buffer_list_add(made, gst_buffer_ref(gst_sample_get_buffer(sample)));
    packets = made;
  }
  ++framesEncoded_;
  std::vector<std::shared_ptr<PeerOutput>> viewers;
  {
    const std::lock_guard lock(mutex_);
    viewers = viewers_;
  }
  if (spec_.stillMs > 0) {
    deliverSpread(packets, viewers);
  } else {
    for (const auto& viewer : viewers)
      viewer->sendVideo(packets, id_, keyFrame_);
  }
  if (made != nullptr) gst_buffer_list_unref(made);
}

/// A still for a way that carries little more than sound: at once it would hold up a second of that.
void Rendition::deliverSpread(GstBufferList* packets,
                              const std::vector<std::shared_ptr<PeerOutput>>& viewers) {
  const guint count = gst_buffer_list_length(packets);
  const std::chrono::milliseconds pause(spec_.stillMs / 2 / std::max<guint>(1, count));
  for (guint i = 0; i < count; ++i) {
    GstBufferList* one = gst_buffer_list_new_sized(1);
    gst_buffer_list_add(one, gst_buffer_ref(gst_buffer_list_get(packets, i)));
    for (const auto& viewer : viewers)
      viewer->sendVideo(one, id_, i == 0);
    gst_buffer_list_unref(one);
    std::unique_lock lock(endingMutex_);
    if (ending_.wait_for(lock, pause, [this] { return ends_; })) return;
  }
}

void Rendition::addViewer(std::shared_ptr<PeerOutput> viewer) {
  {
    const std::lock_guard lock(mutex_);
    viewers_.push_back(std::move(viewer));
  }
  requestKeyFrame();
}

void Rendition::removeViewer(const PeerOutput* viewer) {
  const std::lock_guard lock(mutex_);
  std::erase_if(viewers_, [viewer](const auto& held) { return held.get() == viewer; });
}

void Rendition::addTap(std::shared_ptr<VideoTap> tap) {
  {
    const std::lock_guard lock(mutex_);
    if (std::ranges::find(taps_, tap) != taps_.end()) return;
    taps_.push_back(std::move(tap));
  }
  requestKeyFrame();
}

void Rendition::removeTap(const VideoTap* tap) {
  const std::lock_guard lock(mutex_);
  std::erase_if(taps_, [tap](const auto& held) { return held.get() == tap; });
}

bool Rendition::inUse() const {
  const std::lock_guard lock(mutex_);
  return !viewers_.empty() || !taps_.empty();
}

bool Rendition::hasViewer(const PeerOutput* viewer) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(viewers_, [viewer](const auto& held) { return held.get() == viewer; });
}

size_t Rendition::viewers() const {
  const std::lock_guard lock(mutex_);
  return viewers_.size();
}

}  // namespace tributary
