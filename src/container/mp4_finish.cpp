#include "container/mp4_finish.h"

#include <sys/stat.h>

#include <algorithm>

#include "container/file_io.h"
#include "container/fragmented_mp4.h"

namespace tributary {
namespace {

constexpr size_t boxHeader = 8;
constexpr size_t longestBox = 256 << 20;  // nothing of ours comes near

uint64_t numberAt(std::string_view bytes, size_t at, size_t count) {
  uint64_t out = 0;
  for (size_t i = at; i < at + count && i < bytes.size(); ++i)
    out = out << 8 | static_cast<uint8_t>(bytes[i]);
  return out;
}

/// Calls visit(type, offset of the box, payload) for each whole box in `bytes`.
template <typename Visit>
void boxes(std::string_view bytes, Visit visit) {
  size_t at = 0;
  while (at + boxHeader <= bytes.size()) {
    const auto size = static_cast<size_t>(numberAt(bytes, at, 4));
    if (size < boxHeader || size > bytes.size() - at) return;
    visit(bytes.substr(at + 4, 4), at, bytes.substr(at + boxHeader, size - boxHeader));
    at += size;
  }
}

struct FoundInMp4 {
  int64_t extendsAt = 0;  ///< of mehd's duration
  int64_t end = 0;        ///< behind the last whole fragment
  int64_t duration = 0;   ///< ns
  uint32_t indexed = mp4AudioTrack;
  std::string entries;  ///< of the index: time and position of each fragment to start at
  uint32_t entryCount = 0;
};

void readMovie(std::string_view movie, int64_t at, FoundInMp4& found) {
  boxes(movie, [&](std::string_view type, size_t offset, std::string_view payload) {
    if (type == "trak" && payload.find("vmhd") != std::string_view::npos) found.indexed = mp4VideoTrack;
    if (type != "mvex") return;
    boxes(payload, [&](std::string_view inner, size_t place, std::string_view) {
      if (inner == "mehd")
        found.extendsAt = at + static_cast<int64_t>(boxHeader + offset + boxHeader + place + boxHeader + 4);
    });
  });
}

void readTrackFragment(std::string_view fragment, int64_t at, FoundInMp4& found) {
  uint32_t track = 0;
  uint64_t time = 0;
  uint64_t length = 0;
  bool startsWithKey = false;
  boxes(fragment, [&](std::string_view type, size_t, std::string_view payload) {
    if (type == "tfhd") track = static_cast<uint32_t>(numberAt(payload, 4, 4));
    if (type == "tfdt") time = numberAt(payload, 4, 8);
    if (type != "trun") return;
    const auto samples = static_cast<size_t>(numberAt(payload, 4, 4));
    for (size_t i = 0; i < samples && 12 + i * 12 + 12 <= payload.size(); ++i)
      length += numberAt(payload, 12 + i * 12, 4);
    startsWithKey = (numberAt(payload, 20, 4) & 0x10000) == 0;
  });
  const int64_t scale = track == mp4VideoTrack ? mp4VideoScale : mp4AudioScale;
  found.duration = std::max(found.duration, static_cast<int64_t>(time + length) * 1'000'000 / scale * 1'000);
  if (track != found.indexed || !startsWithKey) return;
  ++found.entryCount;
  found.entries += mp4Number(time, 8) + mp4Number(static_cast<uint64_t>(at), 8) + std::string("\1\1\1", 3);
}

Result<FoundInMp4> walk(int fd, int64_t size, const FinishProgress& progress) {
  FoundInMp4 found;
  int64_t at = 0;
  int64_t fragmentAt = -1;
  std::string fragment;
  while (at + static_cast<int64_t>(boxHeader) <= size) {
    const auto head = file_io::read(fd, at, boxHeader);
    if (!head) return tl::unexpected(head.error());
    const auto length = static_cast<int64_t>(numberAt(*head, 0, 4));
    const std::string type = head->substr(4);
    if (length < static_cast<int64_t>(boxHeader) || length > size - at ||
        length > static_cast<int64_t>(longestBox)) {
      break;
    }
    if (at == 0 && type != "ftyp") break;
    if (type == "moov" || type == "moof") {
      const auto payload =
          file_io::read(fd, at + static_cast<int64_t>(boxHeader), static_cast<size_t>(length) - boxHeader);
      if (!payload) return tl::unexpected(payload.error());
      if (type == "moov") readMovie(*payload, at, found);
      fragment = *payload;
      fragmentAt = at;
    }
    if (type == "mdat" && fragmentAt >= 0) {
      boxes(fragment, [&](std::string_view inner, size_t, std::string_view body) {
        if (inner == "traf") readTrackFragment(body, fragmentAt, found);
      });
      found.end = at + length;
    }
    if (type == "mfra") break;  // of a finish before this one
    at += length;
    progress(static_cast<double>(at) / static_cast<double>(size));
  }
  if (found.extendsAt == 0 || found.end == 0) {
    return fail(ErrorCode::badRequest,
                "the file cannot be finished: it is no MP4 of ours, or nothing of it was recorded");
  }
  return found;
}

}  // namespace

Result<FinishedMedia> finishMp4(int fd, const FinishProgress& progress) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return file_io::failed("looking at the recording");
  const auto found = walk(fd, status.st_size, progress);
  if (!found) return tl::unexpected(found.error());
  FinishedMedia out;
  out.duration = found->duration;
  out.discarded = status.st_size - found->end;
  if (::ftruncate(fd, found->end) != 0) return file_io::failed("cutting the recording's torn end");
  const std::string access = mp4FullBox(
      "tfra", 1, 0,
      mp4Number(found->indexed, 4) + mp4Number(0, 4) + mp4Number(found->entryCount, 4) + found->entries);
  const std::string offset = mp4FullBox("mfro", 0, 0, mp4Number(boxHeader + access.size() + 16, 4));
  const std::string index = mp4Box("mfra", access + offset);
  out.bytes = found->end;
  out.indexed = file_io::write(fd, found->end, index).has_value();
  if (out.indexed) {
    out.bytes += static_cast<int64_t>(index.size());
  } else if (::ftruncate(fd, found->end) != 0) {
    return file_io::failed("cutting the recording's unfinished index");
  }
  const auto milliseconds = static_cast<uint64_t>(found->duration / 1'000'000);
  if (auto written = file_io::write(fd, found->extendsAt, mp4Number(milliseconds, 8)); !written) {
    return tl::unexpected(written.error());
  }
  return out;
}

}  // namespace tributary
