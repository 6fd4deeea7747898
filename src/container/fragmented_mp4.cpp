#include "container/fragmented_mp4.h"

namespace tributary {
namespace {

constexpr uint32_t keySample = 0x02000000;    // depends on no other
constexpr uint32_t deltaSample = 0x01010000;  // depends on others, no sync sample

std::string zeros(size_t count) {
  return std::string(count, '\0');
}

/// The identity, 16.16 and 2.30 fixed point.
std::string matrix() {
  std::string out;
  for (const uint32_t value : {0x10000U, 0U, 0U, 0U, 0x10000U, 0U, 0U, 0U, 0x40000000U})
    out += mp4Number(value, 4);
  return out;
}

std::string trackHeader(uint32_t track, bool isAudio, int width, int height) {
  return mp4FullBox("tkhd", 0, 3,
                    zeros(8) + mp4Number(track, 4) + zeros(4 + 4 + 8 + 2 + 2) +
                        mp4Number(isAudio ? 0x0100 : 0, 2) + zeros(2) + matrix() +
                        mp4Number(static_cast<uint64_t>(width) << 16, 4) +
                        mp4Number(static_cast<uint64_t>(height) << 16, 4));
}

std::string mediaBox(uint32_t scale, std::string_view handler, std::string_view mediaHeader,
                     std::string_view sampleEntry) {
  const std::string head = mp4FullBox(
      "mdhd", 0, 0, zeros(8) + mp4Number(scale, 4) + zeros(4) + mp4Number(0x55C4, 2) /* und */ + zeros(2));
  const std::string kind =
      mp4FullBox("hdlr", 0, 0, zeros(4) + std::string(handler) + zeros(12) + "Tributary" + zeros(1));
  const std::string data =
      mp4Box("dinf", mp4FullBox("dref", 0, 0, mp4Number(1, 4) + mp4FullBox("url ", 0, 1, "")));
  const std::string samples =
      mp4Box("stbl", mp4FullBox("stsd", 0, 0, mp4Number(1, 4) + std::string(sampleEntry)) +
                         mp4FullBox("stts", 0, 0, zeros(4)) + mp4FullBox("stsc", 0, 0, zeros(4)) +
                         mp4FullBox("stsz", 0, 0, zeros(8)) + mp4FullBox("stco", 0, 0, zeros(4)));
  return mp4Box("mdia", head + kind + mp4Box("minf", std::string(mediaHeader) + data + samples));
}

std::string videoTrack(const MediaTracks::Video& video) {
  const std::string config(reinterpret_cast<const char*>(video.config.data()), video.config.size());
  const std::string entry = mp4Box(
      "avc1", zeros(6) + mp4Number(1, 2) + zeros(16) + mp4Number(static_cast<uint64_t>(video.width), 2) +
                  mp4Number(static_cast<uint64_t>(video.height), 2) + mp4Number(0x00480000, 4) +
                  mp4Number(0x00480000, 4) + zeros(4) + mp4Number(1, 2) + zeros(32) + mp4Number(0x18, 2) +
                  mp4Number(0xFFFF, 2) + mp4Box("avcC", config));
  return mp4Box("trak", trackHeader(mp4VideoTrack, false, video.width, video.height) +
                            mediaBox(mp4VideoScale, "vide", mp4FullBox("vmhd", 0, 1, zeros(8)), entry));
}

std::string audioTrack(int preSkip) {
  const std::string specific =
      mp4Box("dOps", zeros(1) + mp4Number(1, 1) + mp4Number(static_cast<uint64_t>(preSkip), 2) +
                         mp4Number(48'000, 4) + zeros(2) + zeros(1));
  const std::string entry =
      mp4Box("Opus", zeros(6) + mp4Number(1, 2) + zeros(8) + mp4Number(1, 2) + mp4Number(16, 2) + zeros(4) +
                         mp4Number(48'000ULL << 16, 4) + specific);
  // The decoder's delay is taken off by starting that much into the track.
  const std::string edit =
      mp4Box("edts", mp4FullBox("elst", 0, 0,
                                mp4Number(1, 4) + zeros(4) + mp4Number(static_cast<uint64_t>(preSkip), 4) +
                                    mp4Number(0x00010000, 4)));
  return mp4Box("trak", trackHeader(mp4AudioTrack, true, 0, 0) + edit +
                            mediaBox(mp4AudioScale, "soun", mp4FullBox("smhd", 0, 0, zeros(4)), entry));
}

std::string trackDefaults(uint32_t track) {
  return mp4FullBox("trex", 0, 0, mp4Number(track, 4) + mp4Number(1, 4) + zeros(12));
}

uint64_t scaled(int64_t nanoseconds, uint32_t scale) {
  return (static_cast<uint64_t>(nanoseconds) * (scale / 1000) + 500'000) / 1'000'000;
}

}  // namespace

std::string mp4Number(uint64_t value, size_t bytes) {
  std::string out(bytes, '\0');
  for (size_t i = 0; i < bytes; ++i)
    out[bytes - 1 - i] = static_cast<char>(value >> (8 * i));
  return out;
}

std::string mp4Box(std::string_view type, std::string_view payload) {
  return mp4Number(payload.size() + 8, 4).append(type).append(payload);
}

std::string mp4FullBox(std::string_view type, uint8_t version, uint32_t flags, std::string_view payload) {
  return mp4Box(type, mp4Number(version, 1) + mp4Number(flags, 3) + std::string(payload));
}

std::string FragmentedMp4::header(const MediaTracks& tracks) {
  const std::string movie =
      mp4FullBox("mvhd", 0, 0,
                 zeros(8) + mp4Number(mp4MovieScale, 4) + zeros(4) + mp4Number(0x10000, 4) +
                     mp4Number(0x0100, 2) + zeros(10) + matrix() + zeros(24) + mp4Number(3, 4));
  std::string body = movie;
  std::string defaults = mp4FullBox("mehd", 1, 0, zeros(8));
  if (tracks.video) {
    body += videoTrack(*tracks.video);
    defaults += trackDefaults(mp4VideoTrack);
  }
  body += audioTrack(tracks.preSkip);
  body += mp4Box("mvex", defaults + trackDefaults(mp4AudioTrack));
  return mp4Box("ftyp", "isom" + mp4Number(0x200, 4) + "isomiso6mp41Opus") + mp4Box("moov", body);
}

std::string FragmentedMp4::add(MediaPacket packet) {
  const bool isVideo = packet.kind == MediaPacket::Kind::video;
  std::string out;
  if (start_ >= 0 && ((isVideo && packet.keyFrame) || packet.time - start_ >= clusterTime)) out = flush();
  if (start_ < 0) start_ = packet.time;
  (isVideo ? video_ : audio_).push_back(std::move(packet));
  return out;
}

std::string FragmentedMp4::trackFragment(uint32_t track, uint32_t scale,
                                         const std::vector<MediaPacket>& packets, size_t dataOffset) {
  constexpr uint32_t baseIsMoof = 0x020000;
  constexpr uint32_t runFlags = 0x000701;  // data offset; duration, size and flags of each sample
  std::string samples;
  for (size_t i = 0; i < packets.size(); ++i) {
    const auto& packet = packets[i];
    const int64_t end = i + 1 < packets.size() ? packets[i + 1].time : packet.time + packet.duration;
    samples += mp4Number(scaled(end, scale) - scaled(packet.time, scale), 4) +
               mp4Number(packet.data.size(), 4) + mp4Number(packet.keyFrame ? keySample : deltaSample, 4);
  }
  return mp4Box("traf", mp4FullBox("tfhd", 0, baseIsMoof, mp4Number(track, 4)) +
                            mp4FullBox("tfdt", 1, 0, mp4Number(scaled(packets.front().time, scale), 8)) +
                            mp4FullBox("trun", 0, runFlags,
                                       mp4Number(packets.size(), 4) + mp4Number(dataOffset, 4) + samples));
}

std::string FragmentedMp4::flush() {
  if (start_ < 0) return {};
  std::string data;
  const auto collect = [&data](const std::vector<MediaPacket>& packets) {
    for (const auto& packet : packets)
      data.append(reinterpret_cast<const char*>(packet.data.data()), packet.data.size());
  };
  collect(video_);
  const size_t audioAt = data.size();
  collect(audio_);
  ++sequence_;
  // The offsets count from the start of the moof, whose size does not depend on them.
  std::string moof;
  for (size_t before = 0; moof.size() + 8 != before;) {
    before = moof.size() + 8;
    std::string body = mp4FullBox("mfhd", 0, 0, mp4Number(sequence_, 4));
    if (!video_.empty()) body += trackFragment(mp4VideoTrack, mp4VideoScale, video_, before);
    if (!audio_.empty()) body += trackFragment(mp4AudioTrack, mp4AudioScale, audio_, before + audioAt);
    moof = mp4Box("moof", body);
  }
  video_.clear();
  audio_.clear();
  start_ = -1;
  return moof + mp4Box("mdat", data);
}

}  // namespace tributary
