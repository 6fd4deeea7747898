#include <arpa/inet.h>
#include <gst/gst.h>
#include <sys/socket.h>
#include <time.h>

#include <array>
#include <cmath>
#include <functional>
#include <vector>

#include "base/unique_fd.h"
#include "baseline.h"
#include "loadgen/clip.h"
#include "loadgen/face_painter.h"
#include "loadgen/voice.h"
#include "media/opus_codec.h"
#include "media/picture_ops.h"
#include "media/srtp_encryptor.h"
#include "vpx.h"

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

/// A VP8 frame out of its RTP payloads, whose descriptor is one byte (no picture id).
std::vector<uint8_t> bytesOf(const load::CodedFrame& frame) {
  std::vector<uint8_t> out;
  for (const auto& payload : frame.payloads) {
    GstMapInfo map;
    gst_memory_map(payload.get(), &map, GST_MAP_READ);
    out.insert(out.end(), map.data + 1, map.data + map.size);
    gst_memory_unmap(payload.get(), &map);
  }
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
    std::vector<std::vector<uint8_t>> coded;
    for (const auto& frame : (*clip)->frames)
      coded.push_back(bytesOf(frame));
    Vp8Decoder decoder;
    int decoded = 0;
    seconds += cost([&] {
      for (const auto& frame : coded)
        decoded += decoder.decode(frame) ? 1 : 0;
    });
    if (decoded != static_cast<int>(coded.size())) g_printerr("bench: a frame cannot be decoded\n");
    frames += decoded;
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
  double bytes = 0;
};

Picturework pictureCores(const Room& room) {
  const Grid grid = gridOf(room);
  const int frames = static_cast<int>(room.seconds * room.framerate);
  Vp8Encoder encoder(room);
  const auto canvas = Picture::create(room.width, room.height);
  Picturework out;
  for (int i = 0; i < frames; ++i) {
    std::vector<std::shared_ptr<Picture>> tiles;
    for (int person = 0; person < faces; ++person) {
      tiles.push_back(load::paintFace(person, static_cast<double>(i) / room.framerate, load::loopSeconds,
                                      grid.width, grid.height));
    }
    out.copy += cost([&] { draw(room, tiles, canvas->view()); });
    out.encode += cost([&] { out.bytes += static_cast<double>(encoder.encode(canvas->view(), i)); });
  }
  out.copy /= room.seconds;
  out.encode /= room.seconds;
  out.bytes /= room.seconds;
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
                                                {"sound", sound}})},
                       {"mixBitrate", picture.bytes * 8}});
}

}  // namespace tributary::bench
