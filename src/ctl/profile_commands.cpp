// Profiles are checked and drawn by the room program: it alone knows the encoders' properties and mixes
// pictures.
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "ctl/command.h"

namespace tributary::ctl {
namespace {

/// The program beside ours, or wherever PATH has it.
std::string roomProgram() {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path() / "tributary-room";
  return fs::exists(beside, error) ? beside.string() : "tributary-room";
}

/// Becomes the room program, whose exit code is then ours.
Result<void> become(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), roomProgram());
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (auto& argument : arguments)
    argv.push_back(argument.data());
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  return fail(ErrorCode::internal, std::string("tributary-room cannot be started: ") + std::strerror(errno));
}

Result<void> check(const Invocation& call) {
  std::vector<std::string> arguments = {"--check-profile"};
  arguments.insert(arguments.end(), call.arguments.begin(), call.arguments.end());
  return become(arguments);
}

Result<void> previewProfile(const Invocation& call) {
  return become({"--preview", call.arguments[0], "-o", call.has("output") ? call.option("output") : "."});
}

}  // namespace

std::vector<Command> profileCommands() {
  return {{"profile check", "FILE…", "name every mistake in pipeline profiles", 1, SIZE_MAX, {}, check},
          {"profile preview",
           "FILE",
           "draw a profile's layouts as PNG",
           1,
           1,
           {{"output", 'o', "folder for the pictures; default: here", "DIR"}},
           previewProfile}};
}

}  // namespace tributary::ctl
