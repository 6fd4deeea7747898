#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "container/media_file.h"
#include "glib/json.h"

namespace tributary {

enum class RecordingStatus { starting, active, ending, completed, failed, aborted, limitReached };

std::string_view toString(RecordingStatus status);
std::optional<RecordingStatus> recordingStatusFromString(std::string_view name);
/// Whether nothing more will come to it.
bool isOver(RecordingStatus status);

/// What is known of a recording: the JSON file beside it, and what the API shows (docs/recording.md). Times
/// in the recording are seconds of it, over all parts, pauses left out. Pure.
struct Manifest {
  struct File {
    std::string filename;  ///< beside the manifest
    double start = 0;      ///< of the recording
    double duration = 0;
    int64_t size = 0;
    std::string sha256;      ///< empty until it is finished; it is `filename`.part until then
    bool finishing = false;  ///< not kept in JSON
    bool lost = false;       ///< nothing was recorded in it; neither
    bool removed = false;    ///< it has been uploaded, and is here no more
  };
  struct Person {
    std::string identity;
    std::string name;
    double joinedAt = 0;
    std::optional<double> leftAt;
  };
  struct Talk {
    std::string identity;
    double from = 0;
    std::optional<double> to;
  };
  struct Gap {
    double at = 0;
    double seconds = 0;
    std::string reason;  ///< noVideo, noAudio, paused, roomDied
  };

  std::string recordingId;
  std::string room;
  std::string path;  ///< of the recording beneath the recordings' folder, without an extension
  RecordingStatus status = RecordingStatus::starting;
  std::string container = "webm";
  std::string startedBy;  ///< an identity, "api" or "auto"
  std::string startedAt;  ///< RFC 3339
  std::string endedAt;
  std::vector<File> files;
  std::vector<Person> participants;
  Json layoutChanges = Json::array();
  std::vector<Talk> talkers;
  std::vector<Gap> gaps;
  double duration = 0;
  uint64_t frames = 0;
  uint64_t missingFrames = 0;
  uint64_t droppedPackets = 0;
  double avSkewMs = 0;
  std::string error;
  Json after;  ///< how finish hook and upload are doing; null: there are none

  Json toJson() const;
  /// Files whose names still end in ".part".
  size_t unfinishedFiles() const;
  /// The same without what is long: for lists and webhooks.
  Json brief() const;
  std::string manifestPath() const { return path + ".json"; }
  std::string chaptersPath() const { return path + ".chapters.vtt"; }
  std::string folder() const;

  /// Takes a message of the room's ("participantJoined" …) that came `at` seconds into the recording.
  void note(const Json& message, double at);
  /// Everybody has left and stopped talking.
  void closeAll(double at);

  /// One where layout or people changed, three seconds apart at least; the first at 0.
  std::vector<Chapter> chapters() const;
  /// Those within a file, with times of its own. Of the last file of a recording that goes on also later
  /// ones: where it ends is known when it is finished, and finishMediaFile() leaves out what is later.
  std::vector<Chapter> chaptersOf(const File& file) const;
  std::string chaptersVtt() const;

 private:
  std::vector<Chapter> chaptersBefore(double end) const;
};

/// Error badRequest naming what is wrong.
Result<Manifest> parseManifest(const Json& json);

}  // namespace tributary
