#include "config/profile_store.h"

#include <gio/gio.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/nearest.h"
#include "base/one_line.h"
#include "glib/object_ptr.h"

namespace tributary {
namespace {

// Editors write a file in several steps; what is looked at too early is looked at again.
constexpr std::chrono::milliseconds settleTime{100};

ObjectPtr<GSubprocess> startCheck(const std::string& program, const std::string& file, GError** error) {
  const char* arguments[] = {program.c_str(), "--check-profile", file.c_str(), nullptr};
  return ObjectPtr<GSubprocess>::adopt(g_subprocess_newv(
      arguments,
      static_cast<GSubprocessFlags>(G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE),
      error));
}

/// What a checker that has ended says.
Result<void> verdict(GSubprocess* process, const std::string& output) {
  if (g_subprocess_get_successful(process)) return {};
  const auto said = output.substr(0, output.find_last_not_of('\n') + 1);
  return fail(ErrorCode::badRequest, said.empty() ? "$: the check has failed" : said);
}

}  // namespace

struct ProfileStore::Profile {
  std::string description;
  std::optional<Json> right;   ///< the last right version: what rooms get
  std::optional<Json> before;  ///< the one it took the place of; none once a room has refused it
  std::string seen;            ///< what was looked at last
  std::vector<std::string> mistakes;
  bool removed = false;  ///< there is no file any more; `right` stays for rooms that run
};

/// One run of the checker.
struct ProfileStore::Check {
  std::function<void(const Result<void>&)> done;
  ObjectPtr<GSubprocess> process;
  ObjectPtr<GCancellable> cancel;
  Timer deadline;

  ~Check() {
    g_cancellable_cancel(cancel.get());
    if (process) g_subprocess_force_exit(process.get());
  }
};

/// One folder. A missing one is watched for coming.
struct ProfileStore::Watch {
  ObjectPtr<GFileMonitor> monitor;
  SignalConnection changed;

  Watch(const std::string& folder, ProfileStore* store) {
    const auto file = ObjectPtr<GFile>::adopt(g_file_new_for_path(folder.c_str()));
    monitor = ObjectPtr<GFileMonitor>::adopt(
        g_file_monitor_directory(file.get(), G_FILE_MONITOR_WATCH_MOVES, nullptr, nullptr));
    if (!monitor) return;
    const auto onChange = +[](GFileMonitor*, GFile*, GFile*, GFileMonitorEvent, gpointer self) {
      auto* owner = static_cast<ProfileStore*>(self);
      owner->soon_ = Timer::once(settleTime, [owner] { owner->reload(); });
    };
    changed = {monitor.get(), g_signal_connect(monitor.get(), "changed", G_CALLBACK(onChange), store)};
  }
  ~Watch() {
    changed.disconnect();
    if (monitor) g_file_monitor_cancel(monitor.get());
  }
};

ProfileStore::ProfileStore(Settings settings) : settings_(std::move(settings)) {
  for (const auto& folder : {settings_.directory, settings_.directory + "/layouts"})
    watches_.push_back(std::make_unique<Watch>(folder, this));
  reload();
  started_ = true;
}

ProfileStore::~ProfileStore() = default;

void ProfileStore::reload() {
  const auto names = profileNames(settings_.directory);
  for (auto& [name, profile] : profiles_) {
    if (!profile.removed && !std::ranges::binary_search(names, name)) forget(name, profile);
  }
  std::erase_if(profiles_, [](const auto& entry) { return entry.second.removed && !entry.second.right; });
  for (const auto& name : names)
    look(name);
}

void ProfileStore::forget(const std::string& name, Profile& profile) {
  checks_.erase(name);
  profile.removed = true;
  profile.seen.clear();
  profile.mistakes.clear();
  log::info("profile.removed",
            {{"profile", name}, {"inForce", profile.right ? "the last version, in rooms that run" : "none"}});
}

void ProfileStore::look(const std::string& name) {
  const auto read = readProfile(settings_.directory, name);
  Profile& profile = profiles_[name];
  profile.removed = false;
  const std::string seen = joined(read.mistakes, "\n") + read.loaded.json.dump();
  if (seen == profile.seen) return;
  profile.seen = seen;
  checks_.erase(name);
  // A profile with mistakes is checked too: the checker's list is the whole one.
  if (namesElements(read.loaded.profile) && !settings_.checker.empty())
    return check(name, read.loaded, started_);
  if (!read.mistakes.empty()) return refuse(name, read.mistakes);
  accept(name, read.loaded.json, started_);
}

void ProfileStore::check(const std::string& name, const LoadedProfile& loaded, bool tell) {
  auto check = std::make_unique<Check>();
  Check* run = check.get();
  checks_[name] = std::move(check);
  run->done = [this, name, json = loaded.json, tell](const Result<void>& result) {
    const auto finished = std::move(checks_[name]);
    checks_.erase(name);
    if (!result) return refuse(name, lines(result.error().message));
    accept(name, json, tell);
  };
  GError* error = nullptr;
  run->process = startCheck(settings_.checker, loaded.files.front(), &error);
  if (!run->process) {
    const auto failure = takeError(error, ErrorCode::internal, "$: the check cannot be run");
    return main_context::post([done = run->done, failure] { done(tl::unexpected(failure)); });
  }
  run->cancel = ObjectPtr<GCancellable>::adopt(g_cancellable_new());
  run->deadline = Timer::once(settings_.checkTimeout, [run] {
    const auto done = run->done;
    done(fail(ErrorCode::timeout, "$: the check took too long"));
  });
  const auto onEnd = +[](GObject* source, GAsyncResult* result, gpointer data) {
    char* output = nullptr;
    GError* problem = nullptr;
    g_subprocess_communicate_utf8_finish(G_SUBPROCESS(source), result, &output, nullptr, &problem);
    const std::unique_ptr<char, GFree> owned(output);
    const bool cancelled = g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    g_clear_error(&problem);
    if (cancelled) return;  // the Check is gone
    const auto done = static_cast<Check*>(data)->done;
    done(verdict(G_SUBPROCESS(source), output != nullptr ? output : ""));
  };
  g_subprocess_communicate_utf8_async(run->process.get(), nullptr, run->cancel.get(), onEnd, run);
}

void ProfileStore::refuse(const std::string& name, std::vector<std::string> mistakes) {
  Profile& profile = profiles_[name];
  profile.mistakes = std::move(mistakes);
  for (const auto& mistake : profile.mistakes)
    log::error("profile.refused", {{"profile", name},
                                   {"mistake", mistake},
                                   {"inForce", profile.right ? "the version before" : "none"}});
}

void ProfileStore::accept(const std::string& name, const Json& json, bool tell) {
  Profile& profile = profiles_[name];
  const bool same = profile.right && profile.right->dump() == json.dump();
  if (!same) {
    const bool wasBuiltIn = name == "default" && !profile.right && started_;
    profile.before = wasBuiltIn ? Json::object() : std::exchange(profile.right, std::nullopt);
  }
  profile.right = json;
  profile.description = json["description"].stringOr("");
  profile.mistakes.clear();
  if (!tell) return;
  log::info("profile.loaded", {{"profile", name}, {"changed", !same}});
  if (!same && onChanged) onChanged(name);
}

void ProfileStore::report(const std::string& name, const Json& version, const std::string& mistakes) {
  const auto found = profiles_.find(name);
  if (found == profiles_.end() || !found->second.right) return;
  Profile& profile = found->second;
  if (profile.right->dump() != version.dump()) return;  // another one is in force by now
  const bool goesBack = profile.before.has_value();
  if (goesBack) profile.right = std::exchange(profile.before, std::nullopt);
  std::vector<std::string> named;
  for (const auto& mistake : lines(mistakes)) {
    std::string line = name + ".json: ";
    if (!mistake.starts_with("$")) line += "$: ";  // of the room as a whole
    named.push_back(oneLine(line.append(mistake)));
  }
  refuse(name, std::move(named));
  if (goesBack && onChanged) onChanged(name);
}

std::vector<ProfileStore::Entry> ProfileStore::list() const {
  std::vector<Entry> out;
  for (const auto& [name, profile] : profiles_) {
    if (!profile.removed)
      out.push_back({name, profile.description, profile.mistakes.empty(), profile.mistakes});
  }
  return out;
}

Result<Json> ProfileStore::get(const std::string& name) const {
  const auto found = profiles_.find(name);
  if (found == profiles_.end()) {
    if (name == "default") return Json::object();  // the built-in one
    return fail(ErrorCode::notFound, "there is no profile \"" + name + "\"");
  }
  const Profile& profile = found->second;
  if (profile.right) return *profile.right;
  std::string all;
  for (const auto& mistake : profile.mistakes)
    all.append(all.empty() ? "" : "\n").append(mistake);
  return fail(ErrorCode::badRequest,
              all.empty() ? "the profile is being checked; try again in a moment" : all);
}

Result<void> checkProfileWith(const std::string& program, const std::string& file,
                              std::chrono::milliseconds timeout) {
  GError* error = nullptr;
  const auto process = startCheck(program, file, &error);
  if (!process) return tl::unexpected(takeError(error, ErrorCode::internal, program + " cannot be run"));
  struct Waiting {
    GMainLoop* loop;
    std::string output;
    bool ended = false;
  } waiting{g_main_loop_new(nullptr, FALSE), {}};
  const auto onEnd = +[](GObject* source, GAsyncResult* result, gpointer data) {
    auto* waits = static_cast<Waiting*>(data);
    char* output = nullptr;
    g_subprocess_communicate_utf8_finish(G_SUBPROCESS(source), result, &output, nullptr, nullptr);
    if (output != nullptr) waits->output = output;
    g_free(output);
    waits->ended = true;
    g_main_loop_quit(waits->loop);
  };
  bool late = false;
  const Timer deadline = Timer::once(timeout, [&late, &process] {
    late = true;
    g_subprocess_force_exit(process.get());
  });
  g_subprocess_communicate_utf8_async(process.get(), nullptr, nullptr, onEnd, &waiting);
  if (!waiting.ended) g_main_loop_run(waiting.loop);
  g_main_loop_unref(waiting.loop);
  if (late) return fail(ErrorCode::timeout, file + ": $: the check took too long");
  return verdict(process.get(), waiting.output);
}

}  // namespace tributary
