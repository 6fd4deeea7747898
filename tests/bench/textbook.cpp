#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "baseline.h"
#include "loadgen/clip.h"
#include "loadgen/cpu_meter.h"
#include "loadgen/rtp_stream.h"
#include "loadgen/voice.h"
#include "media/srtp_encryptor.h"
#include "slow_clock.h"

namespace tributary::bench {
namespace {

constexpr int faces = 4;
constexpr double warmUp = 1;  // s of media

std::string text(int number) {
  return std::to_string(number);
}

std::string key() {
  return std::string(2 * SrtpEncryptor::keyBytes, '1');
}

/// What a client sends: SRTP out of the test's hands, then as in webrtcbin an RTP session and a jitter
/// buffer.
std::string receive(const std::string& name, uint32_t ssrc, const std::string& media) {
  const std::string cipher = "cipher=aes-128-icm,";
  const std::string auth = "auth=hmac-sha1-80";
  return "rtpbin name=in-" + name + " latency=100 appsrc name=" + name +
         " is-live=true do-timestamp=true format=time caps=\"application/x-srtp," + media + ",ssrc=(uint)" +
         std::to_string(ssrc) + ",srtp-key=(buffer)" + key() + ",srtp-" + cipher + "srtcp-" + cipher +
         "srtp-" + auth + ",srtcp-" + auth + "\" ! srtpdec ! in-" + name + ".recv_rtp_sink_0 in-" + name +
         ". ! ";
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

struct Packet {
  GstBuffer* bytes;
  double time;  ///< s
};
using Packets = std::vector<Packet>;

/// As it comes over the network.
Packet protect(GstBuffer* packet, double time, SrtpEncryptor& encryptor) {
  std::vector<uint8_t> bytes(gst_buffer_get_size(packet) + SrtpEncryptor::tagBytes);
  const size_t size = gst_buffer_extract(packet, 0, bytes.data(), bytes.size());
  gst_buffer_unref(packet);
  return {gst_buffer_new_memdup(bytes.data(), encryptor.protect(bytes, size)), time};
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
  const double phase = static_cast<double>(i % 7) / 7 / room.framerate;  // nobody's cameras go in step
  const int frames = static_cast<int>((warmUp + room.seconds) * room.framerate);
  for (int n = 0; n < frames; ++n) {
    const auto& frame = clip.frames[static_cast<size_t>(n) % clip.frames.size()];
    const double time = static_cast<double>(n) / room.framerate + phase;
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
  for (int n = 0; n < static_cast<int>((warmUp + room.seconds) * 50); ++n) {
    const auto& opus = voice.packets[static_cast<size_t>(n) % voice.packets.size()].opus;
    GstMemory* payload = gst_allocator_alloc(nullptr, opus.size(), nullptr);
    GstMapInfo map;
    gst_memory_map(payload, &map, GST_MAP_WRITE);
    std::copy(opus.begin(), opus.end(), map.data);
    gst_memory_unmap(payload, &map);
    GstBuffer* packet = stream.packet(payload, static_cast<uint32_t>(n * 960), false);
    gst_memory_unref(payload);
    out.push_back(protect(packet, n * 0.02 + i % 5 * 0.004, encryptor));
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

struct Due {
  double time;  ///< s of media
  GstElement* source;
  GstBuffer* packet;
};

struct Used {
  double cores = 0;
  int frames = 0;
};

double threadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Hands in each packet when it is due, at `slowness` times its time. What the pipeline used after the
/// beginning, this thread not counted.
Used play(std::vector<Due>& due, double slowness, const Room& room, const std::atomic<int>& frames) {
  std::ranges::stable_sort(due, {}, &Due::time);
  const auto spent = [] { return load::ownCpuSeconds() - threadSeconds(); };
  const auto begin = std::chrono::steady_clock::now();
  double before = -1;
  int framesBefore = 0;
  for (const Due& one : due) {
    if (before < 0 && one.time >= warmUp) {
      before = spent();
      framesBefore = frames;
    }
    std::this_thread::sleep_until(begin + std::chrono::duration<double>(one.time * slowness));
    gst_app_src_push_buffer(GST_APP_SRC(one.source), one.packet);
  }
  return {(spent() - before) / room.seconds, frames - framesBefore};
}

std::vector<Due> handedIn(GstElement* pipeline, const std::vector<std::pair<std::string, Packets>>& network) {
  std::vector<Due> out;
  for (const auto& [name, packets] : network) {
    GstElement* source = gst_bin_get_by_name(GST_BIN(pipeline), name.c_str());
    for (const auto& packet : packets)
      out.push_back({packet.time, source, packet.bytes});
    gst_object_unref(source);
  }
  return out;
}

}  // namespace

double textbookCores(const Room& room) {
  return 0.08 * room.senders + 0.14 * room.receivers() + 0.003 * room.senders * room.receivers();
}

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
  // So that it takes one of the two processors that our server and the load tool share.
  const double slowness = std::max(1.0, textbookCores(room));
  GstClock* clock = makeSlowClock(slowness);
  gst_pipeline_use_clock(GST_PIPELINE(pipeline), clock);
  gst_object_unref(clock);
  std::atomic<int> frames = 0;
  count(pipeline, "encoder0", frames);
  auto due = handedIn(pipeline, network);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  const Used used = play(due, slowness, room, frames);
  const auto usage = load::readCpu({getpid()}, true);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  const double expected = room.seconds * room.framerate;
  if (used.frames < 0.98 * expected) {
    return Json::object(
        {{"error", "only " + text(used.frames) + " frames of " + text(static_cast<int>(expected))}});
  }
  return Json::object({{"cores", used.cores},
                       {"frames", used.frames},
                       {"slowness", slowness},
                       {"threads", usage.threads},
                       {"files", usage.files},
                       {"residentMB", usage.residentBytes / 1048576}});
}

}  // namespace tributary::bench
