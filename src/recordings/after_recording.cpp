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

/// What is to be done for one recording.
struct AfterRecording::Job {
  struct File {
    std::string name;
    S3Upload upload;
    bool done = false;
  };
  std::string id;
  Json after;                     ///< as it was found
  std::vector<std::string> hook;  ///< its arguments, until it has succeeded
  milliseconds hookPause = firstPause;
  Timer hookAgain;
  std::vector<File> files;  ///< to upload
  size_t current = 0;
  milliseconds pause = firstPause;

  bool isDone() const { return hook.empty() && current >= files.size(); }

  Json toJson() const {
    Json out = after;
    if (after["hook"].isObject()) {
      out = out.with("hook", Json::object({{"status", hook.empty() ? "done" : "pending"}}));
    }
    if (files.empty()) return out;
    Json list = Json::array();
    for (const auto& file : files) {
      Json entry = file.upload.toJson();
      list.push(entry.set("filename", file.name).set("done", file.done));
    }
    const char* status = current >= files.size() ? "done" : "pending";
    return out.with("upload", Json::object({{"status", status}, {"files", list}}));
  }
};

AfterRecording::AfterRecording(Recordings& recordings, Settings settings)
    : recordings_(recordings),
      settings_(std::move(settings)),
      self_(std::make_shared<AfterRecording*>(this)) {}

AfterRecording::~AfterRecording() {
  self_.reset();
}

Json AfterRecording::plan(const Manifest& manifest) const {
  Json out;
  if (!settings_.hook.empty()) out.set("hook", Json::object({{"status", "pending"}}));
  if (!settings_.s3.endpoint.empty() && !manifest.files.empty()) {
    out.set("upload", Json::object({{"status", "pending"}, {"files", Json::array()}}));
  }
  return out;
}

void AfterRecording::onOver(const Manifest& manifest) {
  if (jobs_.contains(manifest.recordingId)) return;
  const auto isPending = [&manifest](const char* what) {
    return manifest.after[what]["status"].stringOr("") == "pending";
  };
  auto job = std::make_shared<Job>();
  job->id = manifest.recordingId;
  job->after = manifest.after;
  if (isPending("hook")) job->hook = hookArguments(manifest);
  if (isPending("upload") && !settings_.s3.endpoint.empty()) planUpload(manifest, *job);
  if (job->isDone()) return;
  jobs_[job->id] = job;
  if (!job->hook.empty()) runHook(job);
  if (!job->files.empty()) uploadNext(job);
}

void AfterRecording::planUpload(const Manifest& manifest, Job& job) const {
  const std::string leaf = manifest.path.substr(manifest.folder().size());
  std::vector<std::string> names;
  for (const auto& file : manifest.files)
    names.push_back(file.filename);
  // The manifest last: where it is, all is.
  names.push_back(leaf + ".chapters.vtt");
  names.push_back(leaf + ".json");
  for (const auto& name : names) {
    Job::File file{name, {settings_.prefix + manifest.folder() + name, "", 0, {}}};
    for (const auto& known : manifest.after["upload"]["files"].elements()) {
      if (known["filename"].stringOr("") != name) continue;
      file.upload = S3Upload::fromJson(known);
      file.done = known["done"].booleanOr(false);
    }
    job.files.push_back(std::move(file));
  }
}

std::vector<std::string> AfterRecording::hookArguments(const Manifest& manifest) const {
  const std::map<std::string, std::string> values = {
      {"id", manifest.recordingId},
      {"room", manifest.room},
      {"status", std::string(toString(manifest.status))},
      {"path", settings_.folder + "/" + manifest.path},
      {"manifest", settings_.folder + "/" + manifest.manifestPath()}};
  std::vector<std::string> out;
  out.reserve(settings_.hook.size());
  for (const auto& argument : settings_.hook)
    out.push_back(filled(argument, values));
  return out;
}

void AfterRecording::runHook(const std::shared_ptr<Job>& job) {
  std::vector<const char*> argv;
  argv.reserve(job->hook.size() + 1);
  for (const auto& argument : job->hook)
    argv.push_back(argument.c_str());
  argv.push_back(nullptr);
  GError* error = nullptr;
  GSubprocess* process = g_subprocess_newv(argv.data(), G_SUBPROCESS_FLAGS_NONE, &error);
  if (process == nullptr) {
    return hookEnded(job, tl::unexpected(takeError(error, ErrorCode::internal, "the hook cannot be run")));
  }
  using Ended = std::function<void(const Result<void>&)>;
  const std::weak_ptr<AfterRecording*> weak = self_;
  g_subprocess_wait_check_async(
      process, nullptr,
      [](GObject* source, GAsyncResult* result, gpointer data) {
        const std::unique_ptr<Ended> ended(static_cast<Ended*>(data));
        GError* failure = nullptr;
        Result<void> outcome;
        if (!g_subprocess_wait_check_finish(G_SUBPROCESS(source), result, &failure)) {
          outcome = tl::unexpected(takeError(failure, ErrorCode::internal, "hook"));
        }
        (*ended)(outcome);
        g_object_unref(source);
      },
      new Ended([weak, job](const Result<void>& outcome) {
        if (const auto self = weak.lock()) (*self)->hookEnded(job, outcome);
      }));
}

void AfterRecording::hookEnded(const std::shared_ptr<Job>& job, const Result<void>& result) {
  if (result || !recordings_.knows(job->id)) {
    log::info("recording.hookDone", {{"recording", job->id}});
    job->hook.clear();
    save(*job);
    return checkDone(*job);
  }
  log::error(
      "recording.hookFailed",
      {{"recording", job->id}, {"retryInMs", job->hookPause.count()}, {"reason", result.error().message}});
  job->hookAgain = Timer::once(job->hookPause, [self = std::weak_ptr(self_), weak = std::weak_ptr(job)] {
    const auto again = weak.lock();
    if (const auto alive = self.lock(); alive && again) (*alive)->runHook(again);
  });
  job->hookPause = std::min(job->hookPause * 2, longestPause);
}

void AfterRecording::checkDone(const Job& job) {
  if (!job.isDone()) return;
  // Not before: the hook may want the media too. One that waits for a storage is not uploaded.
  const bool uploaded = !job.files.empty() || job.after["upload"]["status"].stringOr("") == "done";
  if (settings_.deleteLocal && uploaded) recordings_.removeMedia(job.id);
  jobs_.erase(std::string(job.id));
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
    return checkDone(*job);
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
  if (result.error().code == ErrorCode::notFound) file.upload = {file.upload.key, "", 0, {}};
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
