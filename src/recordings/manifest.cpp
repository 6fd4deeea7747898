#include "recordings/manifest.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>

namespace tributary {
namespace {

constexpr std::array<std::string_view, 7> statusNames = {"starting", "active",  "ending",      "completed",
                                                         "failed",   "aborted", "limitReached"};
constexpr double chapterDistance = 3;   // s
constexpr size_t mostEntries = 20'000;  // of each list: a day of a lively call

Json optionalNumber(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

std::optional<double> numberOrNone(const Json& json) {
  return json.number();
}

template <typename T, typename Make>
Json listOf(const std::vector<T>& entries, Make make) {
  Json out = Json::array();
  for (const auto& entry : entries)
    out.push(make(entry));
  return out;
}

Json fileJson(const Manifest::File& file) {
  Json out = Json::object({{"filename", file.filename},
                           {"start", file.start},
                           {"duration", file.duration},
                           {"size", file.size},
                           {"sha256", file.sha256},
                           {"finished", !file.sha256.empty()}});
  if (file.removed) out.set("removed", true);
  return out;
}

Manifest::File fileFrom(const Json& json) {
  Manifest::File out{json["filename"].stringOr(""), json["start"].numberOr(0), json["duration"].numberOr(0),
                     json["size"].integerOr(0), json["sha256"].stringOr("")};
  out.removed = json["removed"].booleanOr(false);
  return out;
}

/// "00:01:02.345"
std::string clock(double seconds) {
  const auto all = static_cast<int64_t>(seconds * 1000);
  char out[48];
  std::snprintf(out, sizeof out, "%02lld:%02lld:%02lld.%03lld", static_cast<long long>(all / 3'600'000),
                static_cast<long long>(all / 60'000 % 60), static_cast<long long>(all / 1000 % 60),
                static_cast<long long>(all % 1000));
  return out;
}

/// A cue's text: one line, and nothing that WebVTT reads as markup.
std::string cueText(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else {
      out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

}  // namespace

std::string_view toString(RecordingStatus status) {
  return statusNames.at(static_cast<size_t>(status));
}

std::optional<RecordingStatus> recordingStatusFromString(std::string_view name) {
  const auto found = std::ranges::find(statusNames, name);
  if (found == statusNames.end()) return std::nullopt;
  return static_cast<RecordingStatus>(found - statusNames.begin());
}

bool isOver(RecordingStatus status) {
  return status > RecordingStatus::ending;
}

std::string Manifest::folder() const {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

Json Manifest::toJson() const {
  Json out = Json::object({{"recordingId", recordingId},
                           {"room", room},
                           {"path", path},
                           {"status", toString(status)},
                           {"container", container},
                           {"startedBy", startedBy},
                           {"startedAt", startedAt},
                           {"endedAt", endedAt.empty() ? Json(nullptr) : Json(endedAt)},
                           {"duration", duration},
                           {"frames", frames},
                           {"missingFrames", missingFrames},
                           {"droppedPackets", droppedPackets},
                           {"avSkewMs", avSkewMs},
                           {"error", error.empty() ? Json(nullptr) : Json(error)}});
  out.set("files", listOf(files, fileJson));
  out.set("participants", listOf(participants, [](const Person& person) {
            return Json::object({{"identity", person.identity},
                                 {"name", person.name},
                                 {"joinedAt", person.joinedAt},
                                 {"leftAt", optionalNumber(person.leftAt)}});
          }));
  out.set("layoutChanges", layoutChanges);
  out.set("talkers", listOf(talkers, [](const Talk& talk) {
            return Json::object(
                {{"identity", talk.identity}, {"from", talk.from}, {"to", optionalNumber(talk.to)}});
          }));
  out.set("gaps", listOf(gaps, [](const Gap& gap) {
            return Json::object({{"at", gap.at}, {"seconds", gap.seconds}, {"reason", gap.reason}});
          }));
  if (!after.isNull()) out.set("after", after);
  return out;
}

size_t Manifest::unfinishedFiles() const {
  const auto count = std::ranges::count_if(files, [](const File& file) { return file.sha256.empty(); });
  return static_cast<size_t>(count);
}

Json Manifest::brief() const {
  int64_t size = 0;
  for (const auto& file : files)
    size += file.size;
  return Json::object({{"recordingId", recordingId},
                       {"room", room},
                       {"path", path},
                       {"status", toString(status)},
                       {"container", container},
                       {"startedBy", startedBy},
                       {"startedAt", startedAt},
                       {"endedAt", endedAt.empty() ? Json(nullptr) : Json(endedAt)},
                       {"duration", duration},
                       {"size", size},
                       {"files", listOf(files, fileJson)},
                       {"error", error.empty() ? Json(nullptr) : Json(error)}});
}

Result<Manifest> parseManifest(const Json& json) {
  Manifest out;
  const auto status = recordingStatusFromString(json["status"].stringOr(""));
  if (!status) return fail(ErrorCode::badRequest, "status: is none of a recording");
  out.status = *status;
  out.recordingId = json["recordingId"].stringOr("");
  out.path = json["path"].stringOr("");
  if (out.recordingId.empty() || out.path.empty()) {
    return fail(ErrorCode::badRequest, "recordingId and path: must be there");
  }
  out.room = json["room"].stringOr("");
  out.container = json["container"].stringOr("webm");
  out.startedBy = json["startedBy"].stringOr("");
  out.startedAt = json["startedAt"].stringOr("");
  out.endedAt = json["endedAt"].stringOr("");
  out.duration = json["duration"].numberOr(0);
  out.frames = static_cast<uint64_t>(json["frames"].integerOr(0));
  out.missingFrames = static_cast<uint64_t>(json["missingFrames"].integerOr(0));
  out.droppedPackets = static_cast<uint64_t>(json["droppedPackets"].integerOr(0));
  out.avSkewMs = json["avSkewMs"].numberOr(0);
  out.error = json["error"].stringOr("");
  for (const auto& file : json["files"].elements()) {
    out.files.push_back(fileFrom(file));
    if (out.files.back().filename.find('/') != std::string::npos) {
      return fail(ErrorCode::badRequest, "files: a filename must be a name alone");
    }
  }
  for (const auto& person : json["participants"].elements()) {
    out.participants.push_back({person["identity"].stringOr(""), person["name"].stringOr(""),
                                person["joinedAt"].numberOr(0), numberOrNone(person["leftAt"])});
  }
  if (json["layoutChanges"].isArray()) out.layoutChanges = json["layoutChanges"];
  for (const auto& talk : json["talkers"].elements()) {
    out.talkers.push_back(
        {talk["identity"].stringOr(""), talk["from"].numberOr(0), numberOrNone(talk["to"])});
  }
  for (const auto& gap : json["gaps"].elements()) {
    out.gaps.push_back({gap["at"].numberOr(0), gap["seconds"].numberOr(0), gap["reason"].stringOr("")});
  }
  out.after = json["after"];
  return out;
}

void Manifest::note(const Json& message, double at) {
  const std::string type = message["type"].stringOr("");
  const Json who = message["participant"];
  const std::string identity =
      who.isObject() ? who["identity"].stringOr("") : message["identity"].stringOr("");
  const auto present = [&](const Person& person) { return person.identity == identity && !person.leftAt; };
  const auto found = std::ranges::find_if(participants, present);
  if (type == "participantJoined" || type == "participantUpdated") {
    if (found != participants.end()) {
      found->name = who["name"].stringOr(found->name);
    } else if (participants.size() < mostEntries) {
      participants.push_back({identity, who["name"].stringOr(""), at, {}});
    }
  }
  if (type == "participantLeft" && found != participants.end()) found->leftAt = at;
  if (type == "layoutChanged" && layoutChanges.size() < mostEntries) {
    layoutChanges.push(
        Json::object({{"at", at}, {"layout", message["layout"]}, {"tiles", message["tiles"]}}));
  }
  if (type != "activeSpeakers") return;
  std::vector<std::string> loud;
  for (const auto& speaker : message["identities"].elements())
    loud.push_back(speaker.stringOr(""));
  for (auto& talk : talkers) {
    if (!talk.to && std::ranges::find(loud, talk.identity) == loud.end()) talk.to = at;
  }
  for (const auto& speaker : loud) {
    const auto talking = [&](const Talk& talk) { return talk.identity == speaker && !talk.to; };
    if (std::ranges::none_of(talkers, talking) && talkers.size() < mostEntries)
      talkers.push_back({speaker, at, {}});
  }
}

void Manifest::closeAll(double at) {
  for (auto& person : participants) {
    if (!person.leftAt) person.leftAt = std::max(at, person.joinedAt);
  }
  for (auto& talk : talkers) {
    if (!talk.to) talk.to = std::max(at, talk.from);
  }
}

std::vector<Chapter> Manifest::chaptersBefore(double end) const {
  struct Event {
    double at;
    std::string title;
  };
  std::vector<Event> events;
  // Somebody who comes changes the tiles: that they came is the better title.
  std::string layout;
  for (const auto& change : layoutChanges.elements()) {
    const std::string name = change["layout"].stringOr("");
    if (!layout.empty() && name != layout) {
      events.push_back({change["at"].numberOr(0), "Layout: " + name});
    }
    layout = name;
  }
  for (const auto& person : participants) {
    events.push_back({person.joinedAt, person.name + " joins"});
    if (person.leftAt) events.push_back({*person.leftAt, person.name + " leaves"});
  }
  std::ranges::stable_sort(events, {}, &Event::at);
  std::vector<Chapter> out = {{0, "Start"}};
  double last = 0;
  for (const auto& event : events) {
    if (event.at - last < chapterDistance || event.at >= end) continue;
    last = event.at;
    out.push_back({static_cast<int64_t>(event.at * 1e9), event.title});
  }
  return out;
}

std::vector<Chapter> Manifest::chapters() const {
  return chaptersBefore(duration);
}

std::vector<Chapter> Manifest::chaptersOf(const File& file) const {
  constexpr double never = std::numeric_limits<double>::infinity();
  double end = isOver(status) ? duration : never;
  for (const auto& other : files) {
    if (other.start > file.start) end = std::min(end, other.start);
  }
  const auto start = static_cast<int64_t>(file.start * 1e9);
  std::vector<Chapter> out;
  for (const auto& chapter : chaptersBefore(end)) {
    if (chapter.time <= start) out.assign(1, {0, chapter.title});
    if (chapter.time > start) out.push_back({chapter.time - start, chapter.title});
  }
  return out;
}

std::string Manifest::chaptersVtt() const {
  std::string out = "WEBVTT\n";
  const auto list = chapters();
  for (size_t i = 0; i < list.size(); ++i) {
    const double from = static_cast<double>(list[i].time) * 1e-9;
    const double to = i + 1 < list.size() ? static_cast<double>(list[i + 1].time) * 1e-9 : duration;
    out += "\n" + std::to_string(i + 1) + "\n" + clock(from) + " --> " + clock(std::max(to, from + 0.001)) +
           "\n" + cueText(list[i].title) + "\n";
  }
  return out;
}

}  // namespace tributary
