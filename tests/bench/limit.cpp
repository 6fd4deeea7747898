#include <arpa/inet.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <sys/socket.h>
#include <time.h>

#include <array>
#include <cmath>
#include <functional>
#include <vector>

#include "base/unique_fd.h"
#include "baseline.h"
#include "loadgen/camera_encoder.h"
#include "loadgen/face_painter.h"
#include "loadgen/voice.h"
#include "media/opus_codec.h"
#include "media/picture_ops.h"
#include "media/srtp_encryptor.h"

namespace tributary::bench {
namespace {

constexpr int faces = 4;
constexpr int packetSize = 1200;

double cpuNow() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// CPU seconds of `work`.
double cost(const std::function<void()>& work) {
  const double before = cpuNow();
  work();
  return cpuNow() - before;
}

/// Pushes buffers through a pipeline whose source is an appsrc called "in", to the end.
void runThrough(const std::string& description, const char* caps, std::vector<GstBuffer*> buffers) {
  GstElement* pipeline = gst_parse_launch(description.c_str(), nullptr);
  GstElement* source = gst_bin_get_by_name(GST_BIN(pipeline), "in");
  GstCaps* format = gst_caps_from_string(caps);
  g_object_set(source, "caps", format, "format", GST_FORMAT_TIME, "max-buffers", guint64{0}, "max-bytes",
               guint64{0}, nullptr);
  gst_caps_unref(format);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  for (GstBuffer* buffer : buffers)
    gst_app_src_push_buffer(GST_APP_SRC(source), buffer);
  gst_app_src_end_of_stream(GST_APP_SRC(source));
  GstBus* bus = gst_element_get_bus(pipeline);
  GstMessage* end = gst_bus_timed_pop_filtered(
      bus, GST_CLOCK_TIME_NONE, static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  if (end != nullptr && GST_MESSAGE_TYPE(end) == GST_MESSAGE_ERROR) g_printerr("bench: a pipeline failed\n");
  if (end != nullptr) gst_message_unref(end);
  gst_object_unref(bus);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(source);
  gst_object_unref(pipeline);
}

/// A VP8 frame out of its RTP payloads, whose descriptor is one byte (no picture id).
GstBuffer* frameOf(const load::CodedFrame& frame, int number, int framerate) {
  GstBuffer* out = gst_buffer_new();
  for (const auto& payload : frame.payloads)
    gst_buffer_append_memory(out, gst_memory_share(payload.get(), 1, -1));
  GST_BUFFER_PTS(out) = static_cast<guint64>(number) * GST_SECOND / static_cast<guint64>(framerate);
  return out;
}

/// What a camera sends: the server asks for no more than its tile shows (requestVideo), in multiples of
/// 32x18.
load::CameraSpec cameraOf(const Room& room, int person) {
  constexpr int unit = 32;
  load::CameraSpec spec;
  const int units = (room.width / static_cast<int>(std::ceil(std::sqrt(room.senders))) + unit - 1) / unit;
  const int full = spec.width;
  spec.person = person;
  spec.framerate = room.framerate;
  spec.width = std::min(full, units * unit);
  spec.height = spec.width * 9 / 16;
  spec.bitrate = static_cast<int>(spec.bitrate * std::pow(static_cast<double>(spec.width) / full, 1.5));
  return spec;
}

double decodeCores(const Room& room) {
  double seconds = 0;
  int frames = 0;
  for (int person = 0; person < faces; ++person) {
    const auto clip = load::encodeClip(cameraOf(room, person));
    if (!clip) return 0;
    std::vector<GstBuffer*> buffers;
    for (const auto& frame : (*clip)->frames)
      buffers.push_back(frameOf(frame, frames++, room.framerate));
    seconds += cost([&] {
      runThrough("appsrc name=in ! vp8dec threads=1 ! fakesink sync=false", "video/x-vp8",
                 std::move(buffers));
    });
  }
  return seconds / frames * room.senders * room.framerate;
}

struct Grid {
  int columns, width, height;
};

Grid gridOf(const Room& room) {
  const int columns = static_cast<int>(std::ceil(std::sqrt(room.senders)));
  return {columns, room.width / columns & ~1, room.height / columns & ~1};
}

void draw(const Room& room, const std::vector<std::shared_ptr<Picture>>& tiles, const PictureView& canvas) {
  const Grid grid = gridOf(room);
  for (int i = 0; i < room.senders; ++i) {
    copy(tiles[static_cast<size_t>(i) % tiles.size()]->view(),
         canvas.part(i % grid.columns * grid.width, i / grid.columns * grid.height, grid.width, grid.height));
  }
}

struct Picturework {
  double copy = 0;
  double encode = 0;
};

Picturework pictureCores(const Room& room) {
  const Grid grid = gridOf(room);
  const int frames = static_cast<int>(room.seconds * room.framerate);
  load::CameraSpec mix;
  mix.width = room.width;
  mix.height = room.height;
  mix.framerate = room.framerate;
  mix.bitrate = room.bitrate;
  const auto encoder = load::CameraEncoder::create(mix, [](const load::CodedFrame&, uint64_t) {});
  if (!encoder) return {};
  const auto canvas = Picture::create(room.width, room.height);
  Picturework out;
  for (int i = 0; i < frames; ++i) {
    std::vector<std::shared_ptr<Picture>> tiles;
    for (int person = 0; person < faces; ++person) {
      tiles.push_back(load::paintFace(person, static_cast<double>(i) / room.framerate, load::loopSeconds,
                                      grid.width, grid.height));
    }
    out.copy += cost([&] { draw(room, tiles, canvas->view()); });
    out.encode += cost([&] { (*encoder)->encodeAndWait(canvas->view(), static_cast<uint64_t>(i)); });
  }
  out.copy /= room.seconds;
  out.encode /= room.seconds;
  return out;
}

int packetsPerSecond(const Room& room) {
  constexpr int soundPackets = 50;
  return room.receivers() * (room.bitrate / 8 / packetSize + room.framerate / 2 + soundPackets);
}

double srtpCores(const Room& room) {
  constexpr int packets = 20'000;
  const std::array<uint8_t, SrtpEncryptor::keyBytes> key{};
  SrtpEncryptor encryptor(key);
  std::vector<uint8_t> packet(packetSize + SrtpEncryptor::tagBytes);
  packet[0] = 0x80;
  packet[1] = 96;
  const double seconds = cost([&] {
    for (int i = 0; i < packets; ++i) {
      GST_WRITE_UINT16_BE(packet.data() + 2, i);
      encryptor.protect(packet, packetSize);
    }
  });
  return seconds / packets * packetsPerSecond(room);
}

double socketCores(const Room& room) {
  constexpr int packets = 20'000;
  const UniqueFd to(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const UniqueFd from(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(to.get(), reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(to.get(), reinterpret_cast<sockaddr*>(&address), &size);
  std::vector<uint8_t> bytes(packetSize);
  const double seconds = cost([&] {
    for (int i = 0; i < packets; ++i) {
      ::sendto(from.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&address), size);
      ::recv(to.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    }
  });
  return seconds / packets * packetsPerSecond(room);
}

double soundCores(const Room& room) {
  constexpr int slots = 6;
  const auto voice = load::makeVoice(0, true);
  TalkDecoder decoder;
  MixEncoder encoder({.bitrate = 40'000, .complexity = 7, .fec = true});
  std::vector<float> samples;
  const double decode = cost([&] {
    for (const auto& packet : voice->packets) {
      samples.clear();
      decoder.decode(packet.opus, samples);
    }
  });
  AudioBlock block{};
  for (size_t i = 0; i < std::min(samples.size(), block.size()); ++i)
    block[i] = samples[i];
  const double encode = cost([&] {
    for (size_t i = 0; i < voice->packets.size(); ++i)
      encoder.encode(block);
  });
  const double mixes = std::min(slots, room.senders) + (room.receivers() > slots ? 1 : 0);
  return (decode * room.senders + encode * mixes) / load::voiceLoopSeconds;
}

}  // namespace

Json measureLimit(const Room& room) {
  const double decode = decodeCores(room);
  const Picturework picture = pictureCores(room);
  const double srtp = srtpCores(room);
  const double socket = socketCores(room);
  const double sound = soundCores(room);
  return Json::object({{"cores", decode + picture.copy + picture.encode + srtp + socket + sound},
                       {"stages", Json::object({{"decode", decode},
                                                {"copy", picture.copy},
                                                {"encode", picture.encode},
                                                {"srtp", srtp},
                                                {"socket", socket},
                                                {"sound", sound}})}});
}

}  // namespace tributary::bench
