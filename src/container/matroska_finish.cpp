#include "container/matroska_finish.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>

#include "container/ebml.h"
#include "container/file_io.h"
#include "container/matroska_writer.h"

namespace tributary {
namespace {

using namespace ebml;

constexpr size_t headerBytes = 12;              // of any element: 4 of id, 8 of size
constexpr uint64_t longestHead = 64 * 1024;     // Info and Tracks are a few hundred bytes
constexpr uint64_t longestCluster = 256 << 20;  // nothing of ours comes near
constexpr int64_t audioCueInterval = 2000;      // ms, where there is no video

struct Cue {
  int64_t time;  ///< ms
  int64_t position;
};

/// What a walk over the file has found; positions are in bytes from its start.
struct FoundInMatroska {
  int64_t segmentSizeAt = 0;
  int64_t segmentData = 0;
  int64_t infoAt = 0;
  int64_t durationAt = 0;
  int64_t tracksAt = 0;
  int64_t end = 0;  ///< behind the last whole cluster
  bool hasVideo = false;
  std::vector<Cue> cues;
  std::array<int64_t, 3> lastTime = {-1, -1, -1};  ///< ms, by track
  std::array<int64_t, 3> frameTime = {0, 0, 0};    ///< ns, by track
};

class Walk {
 public:
  Walk(int fd, int64_t size, const FinishProgress& progress) : fd_(fd), size_(size), progress_(progress) {}

  Result<FoundInMatroska> run() {
    int64_t at = 0;
    const auto start = headerAt(at);
    if (!start || start->id != ebml::header) return notOurs("it does not begin as Matroska");
    at += static_cast<int64_t>(start->bytes + start->size);
    const auto body = headerAt(at);
    if (!body || body->id != segment || body->bytes != headerBytes) return notOurs("it has no segment");
    found_.segmentSizeAt = at + 4;
    at += static_cast<int64_t>(body->bytes);
    found_.segmentData = at;
    if (auto elements = walkSegment(at); !elements) return tl::unexpected(elements.error());
    if (found_.end == 0) return notOurs("nothing of it was recorded");
    if (found_.infoAt == 0 || found_.tracksAt == 0 || found_.durationAt == 0) {
      return notOurs("its head is not one of ours");
    }
    return found_;
  }

 private:
  static tl::unexpected<Error> notOurs(const std::string& why) {
    return fail(ErrorCode::badRequest, "the file cannot be finished: " + why);
  }

  std::optional<Header> headerAt(int64_t at) const {
    const auto bytes = file_io::read(fd_, at, headerBytes);
    return bytes ? readHeader(*bytes) : std::nullopt;
  }

  Result<void> walkSegment(int64_t at) {
    while (const auto element = headerAt(at)) {
      if (element->size > longestCluster) return {};
      const auto end = at + static_cast<int64_t>(element->bytes + element->size);
      if (end > size_) return {};  // torn
      if (element->id == info || element->id == tracks) {
        if (element->size > longestHead) return notOurs("its head is too long");
        const auto payload = file_io::read(fd_, at + static_cast<int64_t>(element->bytes), element->size);
        if (!payload) return tl::unexpected(payload.error());
        element->id == info ? readInfo(at, element->bytes, *payload) : readTracks(at, *payload);
      } else if (element->id == cluster) {
        const auto payload = file_io::read(fd_, at + static_cast<int64_t>(element->bytes), element->size);
        if (!payload) return tl::unexpected(payload.error());
        readCluster(at, *payload);
        found_.end = end;
      } else if (found_.end != 0) {
        return {};  // cues and chapters of a finish before this one
      }
      at = end;
      progress_(static_cast<double>(at) / static_cast<double>(size_));
    }
    return {};
  }

  template <typename Visit>
  static void children(std::string_view payload, Visit visit) {
    size_t at = 0;
    while (const auto child = readHeader(payload.substr(at))) {
      if (child->size > payload.size() - at - child->bytes) return;
      visit(*child, at, payload.substr(at + child->bytes, child->size));
      at += child->bytes + child->size;
    }
  }

  void readInfo(int64_t at, size_t header, std::string_view payload) {
    found_.infoAt = at;
    children(payload, [&](const Header& child, size_t offset, std::string_view) {
      const bool room = child.id == voidElement && child.bytes + child.size == MatroskaFront::durationRoom;
      if (room || child.id == duration) {
        found_.durationAt = at + static_cast<int64_t>(header + offset);
      }
    });
  }

  void readTracks(int64_t at, std::string_view payload) {
    found_.tracksAt = at;
    children(payload, [&](const Header& entry, size_t, std::string_view fields) {
      if (entry.id != trackEntry) return;
      uint64_t track = 0;
      uint64_t frame = 0;
      children(fields, [&](const Header& field, size_t, std::string_view value) {
        if (field.id == trackNumber) track = readNumber(value);
        if (field.id == defaultDuration) frame = readNumber(value);
      });
      if (track < found_.frameTime.size()) found_.frameTime.at(track) = static_cast<int64_t>(frame);
      if (track == videoTrackNumber) found_.hasVideo = true;
    });
  }

  void readCluster(int64_t at, std::string_view payload) {
    int64_t start = 0;
    bool first = true;
    children(payload, [&](const Header& child, size_t, std::string_view value) {
      if (child.id == timestamp) start = static_cast<int64_t>(readNumber(value));
      if (child.id != simpleBlock || value.size() < 4) return;
      const auto track = static_cast<size_t>(value[0] & 0x7F);
      const auto offset =
          static_cast<int16_t>(static_cast<uint8_t>(value[1]) << 8 | static_cast<uint8_t>(value[2]));
      const bool keyFrame = (value[3] & 0x80) != 0;
      const int64_t time = start + offset;
      if (track < found_.lastTime.size())
        found_.lastTime.at(track) = std::max(found_.lastTime.at(track), time);
      // A key frame always begins a cluster.
      const bool seekable = found_.hasVideo ? track == videoTrackNumber && keyFrame : farFromLast(time);
      if (first && seekable) found_.cues.push_back({time, at});
      first = false;
    });
  }

  bool farFromLast(int64_t time) const {
    return found_.cues.empty() || time - found_.cues.back().time >= audioCueInterval;
  }

  int fd_;
  int64_t size_;
  const FinishProgress& progress_;
  FoundInMatroska found_;
};

int64_t durationOf(const FoundInMatroska& found) {
  int64_t end = 0;
  for (size_t track = 0; track < found.lastTime.size(); ++track) {
    const int64_t last = found.lastTime.at(track);
    if (last >= 0) end = std::max(end, last * matroskaTick + found.frameTime.at(track));
  }
  return end;
}

std::string cuesElement(const FoundInMatroska& found) {
  std::string points;
  for (const auto& cue : found.cues) {
    const auto position = static_cast<uint64_t>(cue.position - found.segmentData);
    points +=
        element(cuePoint, number(cueTime, static_cast<uint64_t>(cue.time)) +
                              element(cueTrackPositions,
                                      number(cueTrack, found.hasVideo ? videoTrackNumber : audioTrackNumber) +
                                          number(cueClusterPosition, position)));
  }
  return element(cues, points);
}

std::string chaptersElement(const std::vector<Chapter>& list) {
  std::string atoms;
  uint64_t uid = 0;
  for (const auto& chapter : list) {
    atoms +=
        element(chapterAtom,
                number(chapterUid, ++uid) + number(chapterTimeStart, static_cast<uint64_t>(chapter.time)) +
                    element(chapterDisplay, text(chapString, chapter.title) + text(chapLanguage, "und")));
  }
  return element(chapters, element(editionEntry, atoms));
}

std::string seekTo(uint32_t id, int64_t position) {
  return element(seek, element(seekId, idBytes(id)) + number(seekPosition, static_cast<uint64_t>(position)));
}

/// The seek head and what is left of its room.
std::string front(const FoundInMatroska& found, int64_t chaptersAt, int64_t cuesAt) {
  std::string entries =
      seekTo(info, found.infoAt - found.segmentData) + seekTo(tracks, found.tracksAt - found.segmentData);
  if (chaptersAt > 0) entries += seekTo(chapters, chaptersAt - found.segmentData);
  if (cuesAt > 0) entries += seekTo(cues, cuesAt - found.segmentData);
  const std::string head = element(seekHead, entries);
  return head + filler(MatroskaFront::seekHeadRoom - head.size());
}

}  // namespace

Result<FinishedMedia> finishMatroska(int fd, std::vector<Chapter> list, const FinishProgress& progress) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return file_io::failed("looking at the recording");
  const auto found = Walk(fd, status.st_size, progress).run();
  if (!found) return tl::unexpected(found.error());
  FinishedMedia out;
  out.duration = durationOf(*found);
  out.discarded = status.st_size - found->end;
  std::erase_if(list, [&out](const Chapter& chapter) { return chapter.time >= out.duration; });
  if (::ftruncate(fd, found->end) != 0) return file_io::failed("cutting the recording's torn end");

  const std::string chapterBytes = list.empty() ? "" : chaptersElement(list);
  const std::string tail = chapterBytes + cuesElement(*found);
  int64_t end = found->end;
  std::string head = front(*found, 0, 0);
  // On a full disk there is no room for it: the file then plays without an index.
  out.indexed = file_io::write(fd, end, tail).has_value();
  if (out.indexed) {
    const auto cuesAt = end + static_cast<int64_t>(chapterBytes.size());
    head = front(*found, list.empty() ? 0 : end, cuesAt);
    end += static_cast<int64_t>(tail.size());
  } else if (::ftruncate(fd, end) != 0) {
    return file_io::failed("cutting the recording's unfinished index");
  }
  const std::string length = real(duration, static_cast<double>(out.duration) / matroskaTick);
  for (const auto& [at, bytes] :
       {std::pair{found->segmentData, head}, std::pair{found->durationAt, length}}) {
    if (auto written = file_io::write(fd, at, bytes); !written) return tl::unexpected(written.error());
  }
  const std::string size = longSize(static_cast<uint64_t>(end - found->segmentData));
  if (auto written = file_io::write(fd, found->segmentSizeAt, size); !written) {
    return tl::unexpected(written.error());
  }
  out.bytes = end;
  return out;
}

}  // namespace tributary
