#include "container/matroska_writer.h"

#include <ctime>

#include "container/ebml.h"

namespace tributary {
namespace {

using namespace ebml;

constexpr int64_t longestBlockOffset = 30'000;  // ms; a block's time is 16 bits beside its cluster's
constexpr uint64_t opusPreRoll = 80'000'000;    // ns; RFC 7845, 4.6: what a decoder needs after a seek

const char* codecName(std::string_view codec) {
  if (codec == "VP8") return "V_VP8";
  if (codec == "VP9") return "V_VP9";
  return "V_MPEG4/ISO/AVC";
}

std::string opusHead(int preSkip) {
  std::string out = "OpusHead";
  out += '\1';  // version
  out += '\1';  // channels
  out += static_cast<char>(preSkip & 0xFF);
  out += static_cast<char>(preSkip >> 8);
  out += std::string("\x80\xBB\0\0", 4);  // 48000, little-endian
  out += std::string(3, '\0');            // gain, mapping family
  return out;
}

std::string videoEntry(const MediaTracks::Video& video) {
  std::string out = number(trackNumber, videoTrackNumber) + number(trackUid, videoTrackNumber) +
                    number(trackType, 1) + number(flagLacing, 0) + text(codecId, codecName(video.codec)) +
                    number(defaultDuration, 1'000'000'000ULL / static_cast<uint64_t>(video.framerate));
  if (!video.config.empty()) {
    out += element(codecPrivate, {reinterpret_cast<const char*>(video.config.data()), video.config.size()});
  }
  out += element(ebml::video, number(pixelWidth, static_cast<uint64_t>(video.width)) +
                                  number(pixelHeight, static_cast<uint64_t>(video.height)));
  return element(trackEntry, out);
}

std::string audioEntry(int preSkip) {
  const auto delay = static_cast<uint64_t>(preSkip) * 1'000'000'000ULL / 48'000;
  return element(trackEntry, number(trackNumber, audioTrackNumber) + number(trackUid, audioTrackNumber) +
                                 number(trackType, 2) + number(flagLacing, 0) + text(codecId, "A_OPUS") +
                                 element(codecPrivate, opusHead(preSkip)) + number(codecDelay, delay) +
                                 number(seekPreRoll, opusPreRoll) + number(defaultDuration, 20'000'000) +
                                 element(ebml::audio, real(samplingFrequency, 48'000) + number(channels, 1)));
}

/// ns since 2001-01-01 UTC.
uint64_t now() {
  timespec time{};
  clock_gettime(CLOCK_REALTIME, &time);
  return static_cast<uint64_t>(time.tv_sec - 978'307'200) * 1'000'000'000ULL +
         static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace

std::string MatroskaWriter::header(const MediaTracks& tracks) {
  hasVideo_ = tracks.video.has_value();
  std::string out = element(ebml::header, text(docType, container_ == Container::webm ? "webm" : "matroska") +
                                              number(docTypeVersion, 4) + number(docTypeReadVersion, 2));
  out += idBytes(segment) + longSize(unknownSize);
  out += filler(MatroskaFront::seekHeadRoom);
  out += element(ebml::info, number(timestampScale, matroskaTick) + filler(MatroskaFront::durationRoom) +
                                 number(dateUtc, now()) + text(muxingApp, "Tributary") +
                                 text(writingApp, "Tributary " TRIBUTARY_VERSION));
  std::string entries = tracks.video ? videoEntry(*tracks.video) : "";
  return out + element(ebml::tracks, entries + audioEntry(tracks.preSkip));
}

std::string MatroskaWriter::add(MediaPacket packet) {
  const int64_t time = packet.time / matroskaTick;
  const bool isVideo = packet.kind == MediaPacket::Kind::video;
  const bool full = clusterStart_ >= 0 && (time - clusterStart_ >= clusterTime / matroskaTick ||
                                           time - clusterStart_ > longestBlockOffset);
  std::string out;
  if (full || (isVideo && packet.keyFrame)) out = flush();
  if (clusterStart_ < 0) clusterStart_ = time;
  const auto offset = static_cast<int16_t>(time - clusterStart_);
  std::string block;
  block += static_cast<char>(0x80 | (isVideo ? videoTrackNumber : audioTrackNumber));
  block += static_cast<char>(offset >> 8);
  block += static_cast<char>(offset);
  block += static_cast<char>(packet.keyFrame ? 0x80 : 0);
  block.append(reinterpret_cast<const char*>(packet.data.data()), packet.data.size());
  blocks_ += element(simpleBlock, block);
  return out;
}

std::string MatroskaWriter::flush() {
  if (clusterStart_ < 0) return {};
  std::string payload = number(timestamp, static_cast<uint64_t>(clusterStart_)) + blocks_;
  blocks_.clear();
  clusterStart_ = -1;
  return idBytes(cluster) + longSize(payload.size()) + payload;
}

}  // namespace tributary
