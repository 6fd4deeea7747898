#include <algorithm>

#include "ctl/command.h"
#include "ctl/output.h"
#include "ctl/progress_bar.h"
#include "ctl/record_download.h"

namespace tributary::ctl {
namespace {

constexpr gulong pollTime = 200'000;  // µs

std::string recordingPath(const std::string& id, const std::string& rest = {}) {
  return "/v1/recordings/" + segment(id) + rest;
}

bool isOver(const Json& recording) {
  const std::string status = recording["status"].stringOr("");
  return status != "starting" && status != "active" && status != "ending";
}

/// The id of what the argument names: a recording, or what is being made of a room.
Result<std::string> idOf(const Invocation& call) {
  const std::string& name = call.arguments[0];
  const auto named = call.api.json("GET", recordingPath(name));
  if (named) return name;
  if (named.error().code != ErrorCode::notFound) return tl::unexpected(named.error());
  const auto ofRoom = call.api.json("GET", roomPath(name, "/recordings"));
  if (!ofRoom) return tl::unexpected(ofRoom.error());
  const auto list = (*ofRoom)["recordings"].elements();
  const auto running = std::ranges::find_if(list, [](const Json& entry) { return !isOver(entry); });
  if (running != list.end()) return (*running)["recordingId"].stringOr("");
  return fail(ErrorCode::notFound, "there is no recording \"" + name +
                                       "\", and no room of that name is being recorded; record list shows "
                                       "what there is");
}

Result<void> show(const Invocation& call, const Json& recording) {
  if (call.json) {
    printJson(recording);
    return {};
  }
  const std::string error = plain(recording["error"]);
  Table table({"RECORDING", plain(recording["recordingId"])});
  table.add({"room", plain(recording["room"])});
  table.add(
      {"status", plain(recording["status"]) + (recording["paused"].booleanOr(false) ? ", paused" : "")});
  table.add({"started", plain(recording["startedAt"]) + " by " + plain(recording["startedBy"])});
  if (!recording["endedAt"].isNull()) table.add({"ended", plain(recording["endedAt"])});
  table.add({"duration", durationText(recording["duration"].numberOr(0))});
  for (const auto& file : recording["files"].elements()) {
    table.add({"file", plain(file["filename"]) + "  " + durationText(file["duration"].numberOr(0)) + "  " +
                           sizeText(file["size"].integerOr(0)) +
                           (file["removed"].booleanOr(false) ? "  uploaded, not here" : "")});
  }
  for (const auto& gap : recording["gaps"].elements()) {
    table.add({"gap", "at " + durationText(gap["at"].numberOr(0)) + ": " + plain(gap["reason"])});
  }
  if (error != "-") table.add({"error", error});
  print(table.text());
  return {};
}

Result<void> addNumber(const Invocation& call, const char* option, const char* field, Json& body) {
  if (!call.has(option)) return {};
  guint64 value = 0;
  if (!g_ascii_string_to_unsigned(call.option(option).c_str(), 10, 0, 10'000'000, &value, nullptr)) {
    return fail(ErrorCode::badRequest, std::string("--") + option + " must be a whole number");
  }
  body.set(field, static_cast<int64_t>(value));
  return {};
}

Result<void> start(const Invocation& call) {
  Json body = Json::object();
  if (call.has("container")) body.set("container", call.option("container"));
  if (call.has("codec")) body.set("codec", call.option("codec"));
  if (call.has("audio-only")) body.set("audioOnly", true);
  if (auto ok = addNumber(call, "max-duration", "maxDuration", body); !ok) return ok;
  if (auto ok = addNumber(call, "max-size", "maxSize", body); !ok) return ok;
  if (auto ok = addNumber(call, "part-duration", "partDuration", body); !ok) return ok;
  const auto started = call.api.json("POST", roomPath(call.arguments[0], "/recordings"), body);
  if (!started) return tl::unexpected(started.error());
  if (call.json) {
    printJson(*started);
  } else {
    print(plain((*started)["recordingId"]) + "\n");
  }
  return {};
}

/// Until its files have their final names; a long one takes a while.
Result<Json> waitForEnd(const Invocation& call, const std::string& id) {
  ProgressBar bar("finishing");
  for (;;) {
    auto now = call.api.json("GET", recordingPath(id));
    if (!now || isOver(*now)) return now;
    bar.show((*now)["progress"].numberOr(0));
    g_usleep(pollTime);
  }
}

Result<void> stop(const Invocation& call) {
  const auto id = idOf(call);
  if (!id) return tl::unexpected(id.error());
  const auto stopped = call.api.json("POST", recordingPath(*id, "/stop"), Json::object());
  if (!stopped) return tl::unexpected(stopped.error());
  if (call.has("no-wait")) return show(call, *stopped);
  const auto over = waitForEnd(call, *id);
  if (!over) return tl::unexpected(over.error());
  return show(call, *over);
}

Result<void> setPaused(const Invocation& call, const char* what) {
  const auto id = idOf(call);
  if (!id) return tl::unexpected(id.error());
  const auto now = call.api.json("POST", recordingPath(*id, what), Json::object());
  if (!now) return tl::unexpected(now.error());
  if (call.json) printJson(*now);
  return {};
}

Result<void> listRecordings(const Invocation& call) {
  const bool ofRoom = !call.arguments.empty();
  const auto answer =
      call.api.json("GET", ofRoom ? roomPath(call.arguments[0], "/recordings") : "/v1/recordings");
  if (!answer) return tl::unexpected(answer.error());
  if (call.json) {
    printJson(*answer);
    return {};
  }
  Table table({"RECORDING", "ROOM", "STATUS", "STARTED", "DURATION", "SIZE", "FILES"});
  for (const auto& entry : (*answer)["recordings"].elements()) {
    table.add({plain(entry["recordingId"]), plain(entry["room"]), plain(entry["status"]),
               plain(entry["startedAt"]), durationText(entry["duration"].numberOr(0)),
               sizeText(entry["size"].integerOr(0)), std::to_string(entry["files"].size())});
  }
  print(table.text());
  return {};
}

Result<void> showOne(const Invocation& call) {
  const auto id = idOf(call);
  if (!id) return tl::unexpected(id.error());
  const auto recording = call.api.json("GET", recordingPath(*id));
  if (!recording) return tl::unexpected(recording.error());
  return show(call, *recording);
}

std::vector<RecordedFile> filesOf(const Json& recording, const std::string& id, bool withManifest) {
  std::vector<RecordedFile> out;
  const auto add = [&](const std::string& name, int64_t size, const std::string& sha256) {
    out.push_back({recordingPath(id, "/files/" + segment(name)), name, size, sha256});
  };
  for (const auto& file : recording["files"].elements()) {
    if (!file["finished"].booleanOr(false) || file["removed"].booleanOr(false)) continue;
    add(file["filename"].stringOr(""), file["size"].integerOr(0), file["sha256"].stringOr(""));
  }
  if (!withManifest) return out;
  const std::string path = recording["path"].stringOr("");
  const std::string leaf = path.substr(path.rfind('/') + 1);
  add(leaf + ".json", 0, "");
  add(leaf + ".chapters.vtt", 0, "");
  return out;
}

Result<void> get(const Invocation& call) {
  const std::string& id = call.arguments[0];
  auto recording = call.api.json("GET", recordingPath(id));
  if (recording && (*recording)["status"].stringOr("") == "ending") recording = waitForEnd(call, id);
  if (!recording) return tl::unexpected(recording.error());
  if (!isOver(*recording)) {
    return fail(ErrorCode::badRequest, "it is being made: record stop " + id + " first");
  }
  const std::string folder = call.has("output") ? call.option("output") : ".";
  if (g_mkdir_with_parents(folder.c_str(), 0755) != 0) {
    return fail(ErrorCode::badRequest, folder + ": cannot be made: " + g_strerror(errno));
  }
  const auto files = filesOf(*recording, id, call.has("manifest"));
  if (files.empty()) return fail(ErrorCode::notFound, "the recording has no file: see record show " + id);
  for (const auto& file : files) {
    // The server makes the names; it must not make our paths.
    if (file.name.empty() || file.name.front() == '.' || file.name.find('/') != std::string::npos) {
      return fail(ErrorCode::internal, "\"" + file.name + "\" is no name for a file");
    }
    if (auto saved = downloadRecorded(call.api, file, folder); !saved) return saved;
    print(folder + "/" + file.name + "\n");
  }
  return {};
}

Result<void> removeRecording(const Invocation& call) {
  const auto removed = call.api.json("DELETE", recordingPath(call.arguments[0]));
  if (!removed) return tl::unexpected(removed.error());
  return {};
}

}  // namespace

std::vector<Command> recordCommands() {
  return {{"record start",
           "ROOM",
           "record a room; prints the recording's id",
           1,
           1,
           {{"container", 'c', "webm, mkv or mp4, in place of the profile's", "NAME"},
            {"codec", 0, "VP8, VP9 or H264", "NAME"},
            {"audio-only", 'a', "sound alone"},
            {"max-duration", 0, "ends by then", "SECONDS"},
            {"max-size", 0, "ends at that size", "MIB"},
            {"part-duration", 0, "a new file so often", "SECONDS"}},
           start},
          {"record stop",
           "ROOM|ID",
           "end a recording and wait for its files",
           1,
           1,
           {{"no-wait", 0, "do not wait for the files"}},
           stop},
          {"record pause",
           "ROOM|ID",
           "leave out what comes now",
           1,
           1,
           {},
           [](const Invocation& call) { return setPaused(call, "/pause"); }},
          {"record resume",
           "ROOM|ID",
           "go on recording",
           1,
           1,
           {},
           [](const Invocation& call) { return setPaused(call, "/resume"); }},
          {"record list", "[ROOM]", "list recordings", 0, 1, {}, listRecordings},
          {"record show", "ROOM|ID", "show one recording", 1, 1, {}, showOne},
          {"record get",
           "ID",
           "download a recording's files; goes on where it was cut off",
           1,
           1,
           {{"output", 'o', "folder, made if need be (.)", "FOLDER"},
            {"manifest", 'm', "manifest and chapters too"}},
           get},
          {"record delete", "ID", "delete a recording and its files", 1, 1, {}, removeRecording}};
}

}  // namespace tributary::ctl
