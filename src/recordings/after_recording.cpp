#include "recordings/after_recording.h"

#include <algorithm>

#include "base/log.h"
#include "base/main_context.h"
#include "glib/object_ptr.h"

namespace tributary {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds firstPause{2'000};
constexpr milliseconds longestPause{600'000};

std::string filled(std::string text, const std::map<std::string, std::string>& values) {
  for (const auto& [name, value] : values) {
    const std::string what = "{" + name + "}";
    for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + value.size()))
      text.replace(at, what.size(), value);
  }
  return text;
}

}  // namespace

/// The upload of one recording.
struct AfterRecording::Job {
  struct File {
    std::string name;
    S3Upload upload;
    bool done = false;
  };
  std::string id;
  std::vector<File> files;
  size_t current = 0;
  milliseconds pause = firstPause;

  Json toJson() const {
    Json list = Json::array();
    for (const auto& file : files) {
      Json entry = file.upload.toJson();
      list.push(entry.set("filename", file.name).set("done", file.done));
    }
    const char* status = current >= files.size() ? "done" : "pending";
    return Json::object({{"upload", Json::object({{"status", status}, {"files", list}})}});
  }
};

AfterRecording::AfterRecording(Recordings& recordings, Settings settings)
    : recordings_(recordings),
      settings_(std::move(settings)),
      self_(std::make_shared<AfterRecording*>(this)) {}

AfterRecording::~AfterRecording() {
  self_.reset();
}

void AfterRecording::onOver(const Manifest& manifest, bool fresh) {
  if (fresh && !settings_.hook.empty()) runHook(manifest);
  if (settings_.s3.endpoint.empty() || jobs_.contains(manifest.recordingId)) return;
  const Json before = manifest.after["upload"];
  if (!fresh && before["status"].stringOr("") != "pending") return;
  if (manifest.files.empty()) return;
  auto job = std::make_shared<Job>();
  job->id = manifest.recordingId;
  const std::string leaf = manifest.path.substr(manifest.folder().size());
  std::vector<std::string> names;
  for (const auto& file : manifest.files)
    names.push_back(file.filename);
  // The manifest last: where it is, all is.
  names.push_back(leaf + ".chapters.vtt");
  names.push_back(leaf + ".json");
  for (const auto& name : names) {
    Job::File file{name, {settings_.prefix + manifest.folder() + name, "", {}}};
    for (const auto& known : before["files"].elements()) {
      if (known["filename"].stringOr("") != name) continue;
      file.upload = S3Upload::fromJson(known);
      file.done = known["done"].booleanOr(false);
    }
    job->files.push_back(std::move(file));
  }
  jobs_[job->id] = job;
  save(*job);
  uploadNext(job);
}

void AfterRecording::runHook(const Manifest& manifest) {
  const std::map<std::string, std::string> values = {
      {"id", manifest.recordingId},
      {"room", manifest.room},
      {"status", std::string(toString(manifest.status))},
      {"path", settings_.folder + "/" + manifest.path},
      {"manifest", settings_.folder + "/" + manifest.manifestPath()}};
  std::vector<std::string> arguments;
  arguments.reserve(settings_.hook.size());
  for (const auto& argument : settings_.hook)
    arguments.push_back(filled(argument, values));
  std::vector<const char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const auto& argument : arguments)
    argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  GError* error = nullptr;
  GSubprocess* process = g_subprocess_newv(argv.data(), G_SUBPROCESS_FLAGS_NONE, &error);
  if (process == nullptr) {
    log::error("recording.hookFailed",
               {{"recording", manifest.recordingId},
                {"reason", takeError(error, ErrorCode::internal, "the finish hook cannot be run").message}});
    return;
  }
  g_subprocess_wait_check_async(
      process, nullptr,
      [](GObject* source, GAsyncResult* result, gpointer data) {
        const std::unique_ptr<std::string> id(static_cast<std::string*>(data));
        GError* failure = nullptr;
        if (g_subprocess_wait_check_finish(G_SUBPROCESS(source), result, &failure)) {
          log::info("recording.hookDone", {{"recording", *id}});
        } else {
          log::error(
              "recording.hookFailed",
              {{"recording", *id}, {"reason", takeError(failure, ErrorCode::internal, "hook").message}});
        }
        g_object_unref(source);
      },
      new std::string(manifest.recordingId));
}

void AfterRecording::save(const Job& job) {
  recordings_.setAfter(job.id, job.toJson());
}

void AfterRecording::uploadNext(const std::shared_ptr<Job>& job) {
  while (job->current < job->files.size() && job->files[job->current].done)
    ++job->current;
  if (job->current == job->files.size()) {
    log::info("recording.uploaded", {{"recording", job->id}});
    save(*job);
    if (settings_.deleteLocal) recordings_.removeMedia(job->id);
    jobs_.erase(job->id);
    return;
  }
  const std::weak_ptr<AfterRecording*> weak = self_;
  recordings_.openFile(job->id, job->files[job->current].name,
                       [weak, job](Result<UniqueFd> file, const std::string&) {
                         const auto self = weak.lock();
                         if (!self) return;
                         if (file) return (*self)->sendFile(job, std::move(*file));
                         // Removed by somebody: there is nothing to upload any more.
                         if (file.error().code == ErrorCode::notFound) {
                           job->files[job->current].done = true;
                           return (*self)->uploadNext(job);
                         }
                         (*self)->fileSent(job, tl::unexpected(file.error()));
                       });
}

void AfterRecording::sendFile(const std::shared_ptr<Job>& job, UniqueFd file) {
  const std::weak_ptr<AfterRecording*> weak = self_;
  const auto fd = std::make_shared<UniqueFd>(std::move(file));
  const S3Upload from = job->files[job->current].upload;
  worker_.run([weak, job, fd, from, s3 = settings_.s3](const std::atomic<bool>& stopped) -> Worker::Then {
    S3Upload upload = from;
    const auto tell = [&weak, &job](const S3Upload& now) {
      main_context::post([weak, job, now] {
        const auto self = weak.lock();
        if (!self) return;
        job->files[job->current].upload = now;
        job->pause = firstPause;  // it moves
        (*self)->save(*job);
      });
    };
    const auto result = uploadToS3(s3, fd->get(), upload, tell, stopped);
    return [weak, job, result] {
      if (const auto self = weak.lock()) (*self)->fileSent(job, result);
    };
  });
}

void AfterRecording::fileSent(const std::shared_ptr<Job>& job, const Result<void>& result) {
  auto& file = job->files[job->current];
  if (result) {
    file.done = true;
    file.upload.etags.clear();
    job->pause = firstPause;
    save(*job);
    return uploadNext(job);
  }
  log::warning("recording.uploadFailed", {{"recording", job->id},
                                          {"file", file.name},
                                          {"retryInMs", job->pause.count()},
                                          {"reason", result.error().message}});
  if (result.error().code == ErrorCode::notFound) file.upload = {file.upload.key, "", {}};
  const std::weak_ptr<AfterRecording*> weak = self_;
  worker_.run(
      [weak, job](const std::atomic<bool>&) -> Worker::Then {
        return [weak, job] {
          if (const auto self = weak.lock()) (*self)->uploadNext(job);
        };
      },
      job->pause);
  job->pause = std::min(job->pause * 2, longestPause);
}

}  // namespace tributary
