#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/main_context.h"
#include "config/profile_files.h"

namespace tributary {

/// The profiles directory as it is now, and of each profile the last version that was right: a broken file
/// changes nothing but what list() says of it.
///
/// Watches the directory, and the layouts in it. What a file says is checked here; what only GStreamer can
/// tell, by the checker: a program that gets `--check-profile FILE`, asked where namesElements().
///
/// Thread: owner; callbacks come from the main loop.
class ProfileStore {
 public:
  struct Settings {
    std::string directory;
    std::string checker;  ///< tributary-room; empty: none
    std::chrono::milliseconds checkTimeout{20'000};
  };

  explicit ProfileStore(Settings settings);
  ~ProfileStore();
  ProfileStore(const ProfileStore&) = delete;
  ProfileStore& operator=(const ProfileStore&) = delete;

  /// A profile has another right version than before; get() gives it.
  std::function<void(const std::string& name)> onChanged;

  struct Entry {
    std::string name;
    std::string description;
    bool valid = true;                  ///< the file as it is now
    std::vector<std::string> mistakes;  ///< `FILE: $.path: what would be right`
  };
  /// Sorted by name.
  std::vector<Entry> list() const;

  /// The last right version, `extends` resolved; that of a profile whose file is gone too, as rooms of it may
  /// run. Errors: notFound; badRequest, with the mistakes, when there has been none yet.
  Result<Json> get(const std::string& name) const;

  /// A running room could not take `version`: that is a mistake too, until the file changes. The version
  /// before is in force again, and onChanged tells rooms that took this one.
  void report(const std::string& name, const Json& version, const std::string& mistakes);

  /// Looks at all files now: a SIGHUP.
  void reload();

  const std::string& directory() const { return settings_.directory; }

 private:
  struct Profile;
  struct Check;
  struct Watch;

  void forget(const std::string& name, Profile& profile);
  void look(const std::string& name);
  void refuse(const std::string& name, std::vector<std::string> mistakes);
  void accept(const std::string& name, const Json& json, bool tell);
  void check(const std::string& name, const LoadedProfile& loaded, bool tell);

  Settings settings_;
  std::map<std::string, Profile> profiles_;
  std::map<std::string, std::unique_ptr<Check>> checks_;  ///< under way
  std::vector<std::unique_ptr<Watch>> watches_;
  Timer soon_;
  bool started_ = false;
};

/// Runs `program --check-profile FILE` and waits for it. The error bears its output: a line for each mistake.
Result<void> checkProfileWith(const std::string& program, const std::string& file,
                              std::chrono::milliseconds timeout);

}  // namespace tributary
