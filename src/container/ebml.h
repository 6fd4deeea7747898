#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// EBML (RFC 8794) and the Matroska elements (RFC 9559) that recordings are made of; internal to container/.
namespace tributary::ebml {

enum Id : uint32_t {
  header = 0x1A45DFA3,
  docType = 0x4282,
  docTypeVersion = 0x4287,
  docTypeReadVersion = 0x4285,
  voidElement = 0xEC,
  segment = 0x18538067,
  seekHead = 0x114D9B74,
  seek = 0x4DBB,
  seekId = 0x53AB,
  seekPosition = 0x53AC,
  info = 0x1549A966,
  timestampScale = 0x2AD7B1,
  duration = 0x4489,
  dateUtc = 0x4461,
  muxingApp = 0x4D80,
  writingApp = 0x5741,
  tracks = 0x1654AE6B,
  trackEntry = 0xAE,
  trackNumber = 0xD7,
  trackUid = 0x73C5,
  trackType = 0x83,
  flagLacing = 0x9C,
  language = 0x22B59C,
  codecId = 0x86,
  codecPrivate = 0x63A2,
  codecDelay = 0x56AA,
  seekPreRoll = 0x56BB,
  defaultDuration = 0x23E383,
  video = 0xE0,
  pixelWidth = 0xB0,
  pixelHeight = 0xBA,
  audio = 0xE1,
  samplingFrequency = 0xB5,
  channels = 0x9F,
  cluster = 0x1F43B675,
  timestamp = 0xE7,
  simpleBlock = 0xA3,
  cues = 0x1C53BB6B,
  cuePoint = 0xBB,
  cueTime = 0xB3,
  cueTrackPositions = 0xB7,
  cueTrack = 0xF7,
  cueClusterPosition = 0xF1,
  chapters = 0x1043A770,
  editionEntry = 0x45B9,
  chapterAtom = 0xB6,
  chapterUid = 0x73C4,
  chapterTimeStart = 0x91,
  chapterDisplay = 0x80,
  chapString = 0x85,
  chapLanguage = 0x437C,
};

/// A size of "not known yet", 8 bytes long.
inline constexpr uint64_t unknownSize = 0x00FFFFFFFFFFFFFF;

std::string idBytes(uint32_t id);
/// Always 8 bytes, so that it can be patched.
std::string longSize(uint64_t size);
/// An element with its id and the shortest size.
std::string element(uint32_t id, std::string_view payload);
std::string number(uint32_t id, uint64_t value);
std::string real(uint32_t id, double value);
std::string text(uint32_t id, std::string_view value);
/// Filler of exactly `bytes` in all; 9 at least.
std::string filler(size_t bytes);

struct Header {
  uint32_t id = 0;
  uint64_t size = 0;  ///< of the payload; unknownSize where it is not known
  size_t bytes = 0;   ///< of the header itself
};
/// The element's header at the beginning of `data`; nullopt when it is torn or none.
std::optional<Header> readHeader(std::string_view data);
uint64_t readNumber(std::string_view payload);

}  // namespace tributary::ebml
