#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <sys/resource.h>

#include <cmath>
#include <string>
#include <vector>

#include "baseline.h"
#include "loadgen/clip.h"
#include "loadgen/cpu_meter.h"
#include "loadgen/rtp_stream.h"
#include "loadgen/voice.h"

namespace tributary::bench {
namespace {

constexpr int faces = 4;

std::string text(int number) {
  return std::to_string(number);
}

/// Camera i: out of RTP and decoded, for the compositor to scale.
std::string cameraBranch(int i) {
  return "appsrc name=video" + text(i) +
         " format=time caps=application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96 ! "
         "rtpvp8depay ! vp8dec ! queue ! canvas.sink_" +
         text(i) + " ";
}

/// Where the compositor puts camera i.
std::string place(const Room& room, int i, int columns) {
  const int width = room.width / columns & ~1;
  const int height = room.height / columns & ~1;
  const std::string pad = " sink_" + text(i) + "::";
  return pad + "xpos=" + text(i % columns * width) + pad + "ypos=" + text(i / columns * height) + pad +
         "width=" + text(width) + pad + "height=" + text(height);
}

std::string send() {
  return " ! srtpenc key=" + std::string(60, '1') +
         " ! udpsink host=127.0.0.1 port=9 sync=false async=false ";
}

std::string description(const Room& room) {
  const int columns = static_cast<int>(std::ceil(std::sqrt(room.senders)));
  std::string out = "compositor name=canvas background=black";
  for (int i = 0; i < room.senders; ++i)
    out += place(room, i, columns);
  out += " ! video/x-raw,format=I420,width=" + text(room.width) + ",height=" + text(room.height) +
         ",framerate=" + text(room.framerate) + "/1 ! tee name=picture ";
  for (int i = 0; i < room.senders; ++i) {
    out += cameraBranch(i);
    out +=
        "appsrc name=audio" + text(i) +
        " format=time caps=application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload=111 ! "
        "rtpopusdepay ! opusdec ! audioconvert ! audio/x-raw,rate=48000,channels=1 ! tee name=voice" +
        text(i) + " ";
  }
  for (int receiver = 0; receiver < room.receivers(); ++receiver) {
    const std::string name = "mix" + text(receiver);
    out +=
        "picture. ! queue ! vp8enc deadline=1 cpu-used=-10 threads=1 end-usage=cbr "
        "keyframe-max-dist=3000 target-bitrate=" +
        text(room.bitrate) + " ! rtpvp8pay mtu=1200" + send();
    out += "audiomixer name=" + name + " ! audioconvert ! opusenc bitrate=40000 ! rtpopuspay" + send();
    for (int i = 0; i < room.senders; ++i) {
      if (i != receiver) out += "voice" + text(i) + ". ! queue ! " + name + ". ";
    }
  }
  return out;
}

void feedVideo(GstElement* pipeline, const Room& room, int i, const load::Clip& clip) {
  GstElement* source = gst_bin_get_by_name(GST_BIN(pipeline), ("video" + text(i)).c_str());
  g_object_set(source, "max-bytes", guint64{0}, nullptr);
  load::RtpStream stream(96, static_cast<uint32_t>(i) + 1);
  const int frames = static_cast<int>(room.seconds * room.framerate);
  for (int n = 0; n < frames; ++n) {
    const auto& frame = clip.frames[static_cast<size_t>(n) % clip.frames.size()];
    for (const auto& payload : frame.payloads) {
      GstBuffer* packet = stream.packet(payload.get(), static_cast<uint32_t>(n * 90'000 / room.framerate),
                                        &payload == &frame.payloads.back());
      GST_BUFFER_PTS(packet) = static_cast<guint64>(n) * GST_SECOND / static_cast<guint64>(room.framerate);
      gst_app_src_push_buffer(GST_APP_SRC(source), packet);
    }
  }
  gst_app_src_end_of_stream(GST_APP_SRC(source));
  gst_object_unref(source);
}

void feedAudio(GstElement* pipeline, const Room& room, int i, const load::Voice& voice) {
  GstElement* source = gst_bin_get_by_name(GST_BIN(pipeline), ("audio" + text(i)).c_str());
  load::RtpStream stream(111, static_cast<uint32_t>(i) + 1000);
  for (int n = 0; n < static_cast<int>(room.seconds * 50); ++n) {
    const auto& opus = voice.packets[static_cast<size_t>(n) % voice.packets.size()].opus;
    GstMemory* payload = gst_allocator_alloc(nullptr, opus.size(), nullptr);
    GstMapInfo map;
    gst_memory_map(payload, &map, GST_MAP_WRITE);
    std::copy(opus.begin(), opus.end(), map.data);
    gst_memory_unmap(payload, &map);
    GstBuffer* packet = stream.packet(payload, static_cast<uint32_t>(n * 960), false);
    gst_memory_unref(payload);
    GST_BUFFER_PTS(packet) = static_cast<guint64>(n) * 20 * GST_MSECOND;
    gst_app_src_push_buffer(GST_APP_SRC(source), packet);
  }
  gst_app_src_end_of_stream(GST_APP_SRC(source));
  gst_object_unref(source);
}

}  // namespace

Json measureTextbook(const Room& room) {
  std::vector<std::shared_ptr<const load::Clip>> clips;
  std::vector<std::shared_ptr<const load::Voice>> voices;
  for (int i = 0; i < faces; ++i) {
    load::CameraSpec spec;
    spec.person = i;
    spec.framerate = room.framerate;
    // Nobody tells these clients what is shown of them: they send what they have.
    spec.width = 1280;
    spec.height = 720;
    spec.bitrate = 1'500'000;
    const auto clip = load::encodeClip(spec);
    if (!clip) return Json::object({{"error", clip.error().message}});
    clips.push_back(*clip);
    voices.push_back(load::makeVoice(i, false));
  }
  GError* error = nullptr;
  GstElement* pipeline = gst_parse_launch(description(room).c_str(), &error);
  if (error != nullptr) return Json::object({{"error", error->message}});
  const double before = load::ownCpuSeconds();
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  for (int i = 0; i < room.senders; ++i) {
    feedVideo(pipeline, room, i, *clips[static_cast<size_t>(i % faces)]);
    feedAudio(pipeline, room, i, *voices[static_cast<size_t>(i % faces)]);
  }
  GstBus* bus = gst_element_get_bus(pipeline);
  GstMessage* end = gst_bus_timed_pop_filtered(
      bus, 110 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  const bool finished = end != nullptr && GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS;
  const double cores = (load::ownCpuSeconds() - before) / room.seconds;
  const auto usage = load::readCpu({getpid()}, true);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  if (!finished) return Json::object({{"error", "the pipeline did not come to its end"}});
  return Json::object({{"cores", cores},
                       {"threads", usage.threads},
                       {"files", usage.files},
                       {"residentMB", usage.residentBytes / 1048576}});
}

}  // namespace tributary::bench
