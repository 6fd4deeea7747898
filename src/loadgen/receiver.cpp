#include "loadgen/receiver.h"

#include <gst/app/gstappsink.h>
#include <gst/video/video.h>

#include "loadgen/rtp_stream.h"
#include "loadgen/timecode.h"
#include "media/codec_table.h"
#include "media/picture.h"
#include "media/ticker.h"

namespace tributary::load {
namespace {

constexpr double soundInterval = 0.020;
constexpr double longestPause =
    0.5;  // with DTX a packet comes at least every 400 ms (RFC 7587, 3.1.3), and takes its way

double seconds(int64_t monotonic) {
  return static_cast<double>(monotonic) * 1e-9;
}

/// A branch that ends the stream; its elements' names do not matter.
ObjectPtr<GstElement> addSink(GstElement* pipeline, GstPad* pad) {
  auto sink = makeElement("fakesink");
  if (!sink) return {};
  g_object_set(sink->get(), "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, nullptr);
  gst_bin_add(GST_BIN(pipeline), sink->get());
  gst_element_sync_state_with_parent(sink->get());
  const auto target = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(sink->get(), "sink"));
  gst_pad_link(pad, target.get());
  return *sink;
}

}  // namespace

Receiver::Receiver(Setup setup) : setup_(std::move(setup)), reading_(freshReading()) {}

Receiver::Reading Receiver::freshReading() const {
  return {StreamMeter(setup_.playout, setup_.mode != Receive::count), {}, {}, ToneMeter(setup_.pitches)};
}

void Receiver::watchSocket(GstPad* pad) {
  if (setup_.mode == Receive::full) return;
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer self) {
        return static_cast<Receiver*>(self)->onSocketPacket(GST_PAD_PROBE_INFO_BUFFER(info));
      },
      this, nullptr);
}

GstPadProbeReturn Receiver::onSocketPacket(GstBuffer* packet) {
  const auto header = readRtpHeader(packet);
  if (!header || header->payloadType != setup_.videoPayloadType) return GST_PAD_PROBE_OK;
  const int64_t now = monotonicNow();
  const std::lock_guard lock(mutex_);
  if (setup_.mode == Receive::count) {
    if (measuring_) {
      reading_.video.packet({seconds(now), header->sequence, header->timestamp, header->marker,
                             gst_buffer_get_size(packet), false, 0});
    }
    return GST_PAD_PROBE_DROP;
  }
  const Arrival& last = arrivals_[(nextArrival_ + arrivals_.size() - 1) % arrivals_.size()];
  if (last.timestamp != header->timestamp || last.at == 0) {
    arrivals_[nextArrival_] = {header->timestamp, now};
    nextArrival_ = (nextArrival_ + 1) % arrivals_.size();
  }
  return GST_PAD_PROBE_OK;
}

void Receiver::takeStream(GstElement* pipeline, GstPad* pad) {
  GstCaps* caps = gst_pad_get_current_caps(pad);
  if (caps == nullptr) caps = gst_pad_query_caps(pad, nullptr);
  const GstStructure* format = gst_caps_get_structure(caps, 0);
  const char* media = gst_structure_get_string(format, "media");
  const bool video = media != nullptr && std::string(media) == "video";
  gst_caps_unref(caps);
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      video ? GstPadProbeCallback([](GstPad* from, GstPadProbeInfo* info, gpointer self) {
        static_cast<Receiver*>(self)->onStreamPacket(from, GST_PAD_PROBE_INFO_BUFFER(info), true);
        return GST_PAD_PROBE_OK;
      })
            : GstPadProbeCallback([](GstPad* from, GstPadProbeInfo* info, gpointer self) {
                static_cast<Receiver*>(self)->onStreamPacket(from, GST_PAD_PROBE_INFO_BUFFER(info), false);
                return GST_PAD_PROBE_OK;
              }),
      this, nullptr);
  const VideoCodec* codec = findVideoCodec(setup_.codec);
  if (!video || setup_.mode != Receive::decode || codec == nullptr) {
    addSink(pipeline, pad);
    return;
  }
  const std::string parser = codec->parser.empty() ? "" : std::string(codec->parser) + " ! ";
  const std::string description = std::string(codec->depayloader) + " ! " + parser +
                                  std::string(codec->decoders.front()) +
                                  " ! video/x-raw,format=I420 ! appsink name=sink sync=false max-buffers=4";
  GstElement* branch = gst_parse_bin_from_description(description.c_str(), TRUE, nullptr);
  const auto sink = ObjectPtr<GstElement>::adopt(gst_bin_get_by_name(GST_BIN(branch), "sink"));
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = [](GstAppSink* from, gpointer self) {
    GstSample* sample = gst_app_sink_pull_sample(from);
    if (sample == nullptr) return GST_FLOW_EOS;
    static_cast<Receiver*>(self)->onPicture(sample);
    gst_sample_unref(sample);
    return GST_FLOW_OK;
  };
  gst_app_sink_set_callbacks(GST_APP_SINK(sink.get()), &callbacks, this, nullptr);
  gst_bin_add(GST_BIN(pipeline), branch);
  gst_element_sync_state_with_parent(branch);
  const auto target = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(branch, "sink"));
  gst_pad_link(pad, target.get());
}

void Receiver::onStreamPacket(GstPad* pad, GstBuffer* packet, bool video) {
  const auto header = readRtpHeader(packet);
  if (!header) return;
  const int64_t now = monotonicNow();
  std::unique_lock lock(mutex_);
  if (video && setup_.mode == Receive::decode) {
    stamps_[nextStamp_] = {GST_BUFFER_PTS(packet), header->timestamp};
    nextStamp_ = (nextStamp_ + 1) % stamps_.size();
  }
  std::array<uint8_t, 16> payload{};
  const gsize size = gst_buffer_extract(packet, header->size, payload.data(), payload.size());
  const bool key = video && startsKeyFrame(setup_.codec.c_str(), payload.data(), size);
  if (video) begun_ = begun_ || key;
  if (video && wantsKeyFrame(now)) {
    lock.unlock();
    gst_pad_send_event(pad, gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
    lock.lock();
  }
  const double pause = video ? 0
                             : pauses_.before(header->sequence, header->timestamp,
                                              header->marker);  // also one that began earlier
  if (!measuring_ || (video && !begun_)) return;
  StreamMeter::Packet seen{seconds(now),
                           header->sequence,
                           header->timestamp,
                           header->marker,
                           gst_buffer_get_size(packet),
                           false,
                           0};
  if (video) {
    seen.startsKeyFrame = key;
    seen.height = heightOfKeyFrame(setup_.codec.c_str(), payload.data(), size);
    return reading_.video.packet(seen);
  }
  soundAt_ = seen.at;
  seen.at -= pause;
  seen.marker = true;  // each packet of sound is whole
  seen.startsKeyFrame = true;
  reading_.audio.packet(seen);
  if (setup_.mode == Receive::decode) onSound(packet, header->size);
}

/// As a browser does: a PLI when there was no key frame yet, as its first packet was lost and nobody can ask
/// for that again, or when what is missing will not come any more; and again while nothing happens.
bool Receiver::wantsKeyFrame(int64_t now) {
  constexpr int64_t patience = 500'000'000;  // ns
  if ((begun_ && !reading_.video.waitsForKey()) || now - askedAt_ < patience) return false;
  askedAt_ = now;
  return true;
}

void Receiver::onSound(GstBuffer* packet, size_t headerSize) {
  std::array<uint8_t, 1500> opus{};
  const gsize size = gst_buffer_extract(packet, headerSize, opus.data(), opus.size());
  std::vector<float> samples;
  decoder_.decode(std::span(opus.data(), size), samples);
  reading_.tones.hear(samples);
}

void Receiver::onPicture(GstSample* sample) {
  const int64_t now = monotonicNow();
  const auto picture = Picture::wrap(sample);
  if (!picture) return;
  const GstClockTime pts = GST_BUFFER_PTS(gst_sample_get_buffer(sample));
  const std::lock_guard lock(mutex_);
  reading_.width = picture->width();
  reading_.height = picture->height();
  if (measuring_) reading_.decoded.frame(seconds(now));
  const auto timecode =
      readTimecode(picture->view(), tile_.left * picture->width(), tile_.top * picture->height(),
                   tile_.width * picture->width(), tile_.height * picture->height());
  if (!timecode || timecodeSince(*timecode, newestTimecode_) == 0) return;
  newestTimecode_ = *timecode;
  if (!measuring_ || !setup_.latency) return;
  int64_t firstPacket = 0;
  for (const auto& stamp : stamps_) {
    if (stamp.pts != pts) continue;
    for (const auto& arrival : arrivals_) {
      if (arrival.at > 0 && arrival.timestamp == stamp.timestamp) firstPacket = arrival.at;
    }
  }
  setup_.latency->seen(*timecode, firstPacket, now);
}

void Receiver::startMeasuring() {
  const std::lock_guard lock(mutex_);
  const int width = reading_.width;
  const int height = reading_.height;
  reading_ = freshReading();
  reading_.width = width;
  reading_.height = height;
  const double now = seconds(monotonicNow());
  reading_.video.begin(now, setup_.frameInterval);
  reading_.audio.begin(now - pauses_.total(), soundInterval);
  reading_.decoded.begin(now, setup_.frameInterval > 0 ? setup_.frameInterval : FreezeMeter::unknownInterval,
                         2 * setup_.playout);
  soundAt_ = now;
  measuring_ = true;
}

void Receiver::stopMeasuring() {
  const std::lock_guard lock(mutex_);
  if (!measuring_.exchange(false)) return;
  const double now = seconds(monotonicNow());
  reading_.video.end(now);
  reading_.decoded.end(now);
  // What is silent now may go on so: only the next packet would tell that from a gap.
  if (now - soundAt_ > longestPause) reading_.audio.end(now - pauses_.total());
}

void Receiver::setClockTile(const Tile& tile) {
  const std::lock_guard lock(mutex_);
  tile_ = tile;
}

Receiver::Reading Receiver::reading() const {
  const std::lock_guard lock(mutex_);
  return reading_;
}

uint64_t Receiver::framesSoFar() const {
  const std::lock_guard lock(mutex_);
  return reading_.video.shown.frames;
}

}  // namespace tributary::load
