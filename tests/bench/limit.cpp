#include <arpa/inet.h>
#include <gst/gst.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
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
#include "media/udp_segments.h"
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

/// How many of the load tool's people talk at a time, on average: what else they send is pauses.
double talkersOf(const Room& room) {
  double out = 0;
  for (int i = 0; i < room.senders; ++i) {
    const auto voice = load::makeVoice(i, i == 0);
    const auto said = std::ranges::count_if(
        voice->packets, [](const auto& packet) { return packet.opus.size() > dtxPacket; });
    out += static_cast<double>(said) / static_cast<double>(voice->packets.size());
  }
  return out;
}

constexpr int soundRate = 50;       // packets a second
constexpr size_t soundBytes = 150;  // of 40 kbit/s, RTP and SRTP
constexpr int reportRate = 11;      // a client's feedback and reports

struct Traffic {
  double sentFrames = 0;  ///< a second, all of these
  double sentVideo = 0;   ///< packets
  double sentSound = 0;
  double received = 0;
  size_t videoBytes = 0;  ///< of a frame
};

Traffic trafficOf(const Room& room, double talkers) {
  Traffic out;
  out.videoBytes = static_cast<size_t>(room.bitrate / 8 / room.framerate);
  const double perFrame = std::ceil(static_cast<double>(out.videoBytes) / packetSize);
  out.sentFrames = room.receivers() * room.framerate;
  out.sentVideo = out.sentFrames * perFrame;
  out.sentSound = room.receivers() * soundRate;
  const auto camera = cameraOf(room, 0);
  const double cameraPackets = std::ceil(camera.bitrate / 8.0 / room.framerate / packetSize);
  out.received =
      room.senders * room.framerate * cameraPackets + talkers * soundRate + room.receivers() * reportRate;
  return out;
}

/// Seconds for a packet of so many bytes.
double srtpCost(size_t bytes) {
  constexpr int packets = 20'000;
  const std::array<uint8_t, SrtpEncryptor::keyBytes> key{};
  SrtpEncryptor encryptor(key);
  std::vector<uint8_t> packet(bytes + SrtpEncryptor::tagBytes);
  packet[0] = 0x80;
  packet[1] = 96;
  const double seconds = cost([&] {
    for (int i = 0; i < packets; ++i) {
      GST_WRITE_UINT16_BE(packet.data() + 2, i);
      encryptor.protect(packet, bytes);
    }
  });
  return seconds / packets;
}

/// To undo it takes as long.
double srtpCores(const Traffic& traffic) {
  return srtpCost(packetSize) * (traffic.sentVideo + traffic.received) +
         srtpCost(soundBytes) * traffic.sentSound;
}

/// Seconds for what is sent in one call, and for receiving each datagram of it.
class SocketPair {
 public:
  SocketPair() {
    auto* address = reinterpret_cast<sockaddr_in*>(&to_);
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(sockaddr_in);
    ::bind(receiver_.get(), reinterpret_cast<sockaddr*>(&to_), size);
    ::getsockname(receiver_.get(), reinterpret_cast<sockaddr*>(&to_), &size);
  }

  double sendCost(size_t bytes) {
    constexpr int times = 5'000;
    std::vector<uint8_t> memory(bytes);
    std::vector<iovec> datagrams;
    for (size_t at = 0; at < bytes; at += packetSize)
      datagrams.push_back({memory.data() + at, std::min<size_t>(packetSize, bytes - at)});
    double seconds = 0;
    for (int i = 0; i < times; ++i) {
      seconds += cost([&] { sendSegments(sender_.get(), to_, datagrams); });
      receiveAll();
    }
    return seconds / times;
  }

  double receiveCost() const { return receiving_ / received_; }

 private:
  void receiveAll() {
    std::array<uint8_t, 2048> bytes{};
    receiving_ += cost([&] {
      while (::recv(receiver_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT) > 0)
        ++received_;
    });
  }

  UniqueFd sender_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  UniqueFd receiver_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  sockaddr_storage to_{};
  double receiving_ = 0;
  double received_ = 0;
};

double socketCores(const Traffic& traffic) {
  SocketPair sockets;
  const double frames = sockets.sendCost(traffic.videoBytes) * traffic.sentFrames;
  const double sound = sockets.sendCost(soundBytes) * traffic.sentSound;
  return frames + sound + sockets.receiveCost() * traffic.received;
}

/// Who talks is decoded, as far as there are slots for them, and hears a mix of the others.
double soundCores(const Room& room, double talkers) {
  constexpr double slots = 6;
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
  samples.clear();
  for (const auto& packet : voice->packets)
    decoder.decode(packet.opus, samples);
  AudioBlock block{};
  double encode = 0;
  for (size_t at = 0; at + block.size() <= samples.size(); at += block.size()) {
    std::copy_n(samples.begin() + static_cast<ptrdiff_t>(at), block.size(), block.begin());
    encode += cost([&] { encoder.encode(block); });
  }
  const double heard = std::min(slots, talkers);
  const double mixes = heard + (room.receivers() > heard ? 1 : 0);
  return (decode * heard + encode * mixes) / load::voiceLoopSeconds;
}

}  // namespace

Json measureLimit(const Room& room) {
  const double decode = decodeCores(room);
  const Picturework picture = pictureCores(room);
  const double talkers = talkersOf(room);
  const Traffic traffic = trafficOf(room, talkers);
  const double srtp = srtpCores(traffic);
  const double socket = socketCores(traffic);
  const double sound = soundCores(room, talkers);
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
