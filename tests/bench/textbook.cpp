#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "baseline.h"
#include "loadgen/clip.h"
#include "loadgen/cpu_meter.h"
#include "loadgen/rtp_stream.h"
#include "loadgen/voice.h"
#include "media/srtp_encryptor.h"

namespace tributary::bench {
namespace {

constexpr int faces = 4;

std::string text(int number) {
  return std::to_string(number);
}

std::string key() {
  return std::string(2 * SrtpEncryptor::keyBytes, '1');
}

/// What a client sends: SRTP out of the test's hands, then as in webrtcbin an RTP session and a jitter
/// buffer, which goes by the media's time and not by how fast this runs.
std::string receive(const std::string& name, uint32_t ssrc, const std::string& media) {
  const std::string cipher = "cipher=aes-128-icm,";
  const std::string auth = "auth=hmac-sha1-80";
  return "rtpbin name=in-" + name + " buffer-mode=none appsrc name=" + name +
         " format=time caps=\"application/x-srtp," + media + ",ssrc=(uint)" + std::to_string(ssrc) +
         ",srtp-key=(buffer)" + key() + ",srtp-" + cipher + "srtcp-" + cipher + "srtp-" + auth + ",srtcp-" +
         auth + "\" ! srtpdec ! in-" + name + ".recv_rtp_sink_0 in-" + name + ". ! ";
}

uint32_t cameraSsrc(int i) {
  return static_cast<uint32_t>(i) + 1;
}

uint32_t microphoneSsrc(int i) {
  return static_cast<uint32_t>(i) + 1000;
}

/// Camera i: decoded, for the compositor to scale.
std::string cameraBranch(int i) {
  return receive("video" + text(i), cameraSsrc(i),
                 "media=video,encoding-name=VP8,clock-rate=90000,payload=96") +
         "rtpvp8depay ! vp8dec ! queue ! canvas.sink_" + text(i) + " ";
}

std::string microphoneBranch(int i) {
  return receive("audio" + text(i), microphoneSsrc(i),
                 "media=audio,encoding-name=OPUS,clock-rate=48000,payload=111") +
         "rtpopusdepay ! opusdec ! audioconvert ! audio/x-raw,rate=48000,channels=1 ! tee name=voice" +
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

/// An RTP session for what a client is sent, SRTP, a socket.
std::string send(const std::string& name) {
  return " ! out-" + name + ".send_rtp_sink_0 rtpbin name=out-" + name + " out-" + name +
         ".send_rtp_src_0 ! srtpenc key=" + key() +
         " ! udpsink host=127.0.0.1 port=9 sync=false async=false ";
}

std::string description(const Room& room) {
  const int columns = static_cast<int>(std::ceil(std::sqrt(room.senders)));
  std::string out = "compositor name=canvas background=black";
  for (int i = 0; i < room.senders; ++i)
    out += place(room, i, columns);
  out += " ! video/x-raw,format=I420,width=" + text(room.width) + ",height=" + text(room.height) +
         ",framerate=" + text(room.framerate) + "/1 ! tee name=picture ";
  for (int i = 0; i < room.senders; ++i)
    out += cameraBranch(i) + microphoneBranch(i);
  for (int receiver = 0; receiver < room.receivers(); ++receiver) {
    const std::string name = "mix" + text(receiver);
    out += "picture. ! queue ! vp8enc name=encoder" + text(receiver) +
           " deadline=1 cpu-used=-10 threads=1 end-usage=cbr "
           "keyframe-max-dist=3000 target-bitrate=" +
           text(room.bitrate) + " ! rtpvp8pay mtu=1200" + send("picture" + text(receiver));
    out += "audiomixer name=" + name + " ! audioconvert ! opusenc bitrate=40000 ! rtpopuspay" +
           send("sound" + text(receiver));
    for (int i = 0; i < room.senders; ++i) {
      if (i != receiver) out += "voice" + text(i) + ". ! queue ! " + name + ". ";
    }
  }
  return out;
}

using Packets = std::vector<GstBuffer*>;

/// As it comes over the network.
GstBuffer* protect(GstBuffer* packet, GstClockTime time, SrtpEncryptor& encryptor) {
  std::vector<uint8_t> bytes(gst_buffer_get_size(packet) + SrtpEncryptor::tagBytes);
  const size_t size = gst_buffer_extract(packet, 0, bytes.data(), bytes.size());
  gst_buffer_unref(packet);
  GstBuffer* out = gst_buffer_new_memdup(bytes.data(), encryptor.protect(bytes, size));
  GST_BUFFER_PTS(out) = time;
  GST_BUFFER_DTS(out) = time;
  return out;
}

SrtpEncryptor makeEncryptor() {
  std::array<uint8_t, SrtpEncryptor::keyBytes> bytes{};
  bytes.fill(0x11);
  return SrtpEncryptor(bytes);
}

Packets cameraPackets(const Room& room, int i, const load::Clip& clip) {
  Packets out;
  SrtpEncryptor encryptor = makeEncryptor();
  load::RtpStream stream(96, cameraSsrc(i));
  const int frames = static_cast<int>(room.seconds * room.framerate);
  for (int n = 0; n < frames; ++n) {
    const auto& frame = clip.frames[static_cast<size_t>(n) % clip.frames.size()];
    const auto time = static_cast<GstClockTime>(n) * GST_SECOND / static_cast<GstClockTime>(room.framerate);
    for (const auto& payload : frame.payloads) {
      GstBuffer* packet = stream.packet(payload.get(), static_cast<uint32_t>(n * 90'000 / room.framerate),
                                        &payload == &frame.payloads.back());
      out.push_back(protect(packet, time, encryptor));
    }
  }
  return out;
}

Packets microphonePackets(const Room& room, int i, const load::Voice& voice) {
  Packets out;
  SrtpEncryptor encryptor = makeEncryptor();
  load::RtpStream stream(111, microphoneSsrc(i));
  for (int n = 0; n < static_cast<int>(room.seconds * 50); ++n) {
    const auto& opus = voice.packets[static_cast<size_t>(n) % voice.packets.size()].opus;
    GstMemory* payload = gst_allocator_alloc(nullptr, opus.size(), nullptr);
    GstMapInfo map;
    gst_memory_map(payload, &map, GST_MAP_WRITE);
    std::copy(opus.begin(), opus.end(), map.data);
    gst_memory_unmap(payload, &map);
    GstBuffer* packet = stream.packet(payload, static_cast<uint32_t>(n * 960), false);
    gst_memory_unref(payload);
    out.push_back(protect(packet, static_cast<GstClockTime>(n) * 20 * GST_MSECOND, encryptor));
  }
  return out;
}

/// Counts what comes out of that element.
void count(GstElement* pipeline, const std::string& name, std::atomic<int>& buffers) {
  GstElement* element = gst_bin_get_by_name(GST_BIN(pipeline), name.c_str());
  GstPad* pad = gst_element_get_static_pad(element, "src");
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo*, gpointer data) {
        ++*static_cast<std::atomic<int>*>(data);
        return GST_PAD_PROBE_OK;
      },
      &buffers, nullptr);
  gst_object_unref(pad);
  gst_object_unref(element);
}

/// Takes the packets.
void feed(GstElement* pipeline, const std::string& name, const Packets& packets) {
  GstElement* source = gst_bin_get_by_name(GST_BIN(pipeline), name.c_str());
  g_object_set(source, "max-bytes", guint64{0}, nullptr);
  for (GstBuffer* packet : packets)
    gst_app_src_push_buffer(GST_APP_SRC(source), packet);
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
  std::vector<std::pair<std::string, Packets>> network;
  for (int i = 0; i < room.senders; ++i) {
    network.emplace_back("video" + text(i), cameraPackets(room, i, *clips[static_cast<size_t>(i % faces)]));
    network.emplace_back("audio" + text(i),
                         microphonePackets(room, i, *voices[static_cast<size_t>(i % faces)]));
  }
  GError* error = nullptr;
  GstElement* pipeline = gst_parse_launch(description(room).c_str(), &error);
  if (error != nullptr) return Json::object({{"error", error->message}});
  std::atomic<int> frames = 0;
  count(pipeline, "encoder0", frames);
  const double before = load::ownCpuSeconds();
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  for (const auto& [name, packets] : network)
    feed(pipeline, name, packets);
  GstBus* bus = gst_element_get_bus(pipeline);
  GstMessage* end = gst_bus_timed_pop_filtered(
      bus, 110 * GST_SECOND, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  const bool finished = end != nullptr && GST_MESSAGE_TYPE(end) == GST_MESSAGE_EOS;
  const double cores = (load::ownCpuSeconds() - before) / room.seconds;
  const auto usage = load::readCpu({getpid()}, true);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  if (!finished) return Json::object({{"error", "the pipeline did not come to its end"}});
  const double expected = room.seconds * room.framerate;
  if (frames < 0.98 * expected) {
    return Json::object(
        {{"error", "only " + text(frames) + " frames of " + text(static_cast<int>(expected))}});
  }
  return Json::object({{"cores", cores},
                       {"frames", frames.load()},
                       {"threads", usage.threads},
                       {"files", usage.files},
                       {"residentMB", usage.residentBytes / 1048576}});
}

}  // namespace tributary::bench
