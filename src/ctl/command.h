#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "ctl/api_client.h"

namespace tributary::ctl {

/// An option of one command; those that all have (--server, --json …) are main_ctl.cpp's.
struct CommandOption {
  const char* name;
  char letter = 0;
  const char* summary;
  const char* value = nullptr;  ///< what stands behind it, "FILE"; null: it is a switch
};

/// One call of a command.
struct Invocation {
  ApiClient& api;
  bool json = false;                           ///< print the API's answer instead of a table
  std::vector<std::string> arguments;          ///< as many as the command takes
  std::map<std::string, std::string> options;  ///< those that were given; a switch has ""

  bool has(const char* option) const { return options.contains(option); }
  std::string option(const char* name) const {
    const auto at = options.find(name);
    return at != options.end() ? at->second : "";
  }
};

struct Command {
  std::string_view name;  ///< one word, or two: "profile check"
  const char* arguments;  ///< "ROOM [NAME]"
  const char* summary;
  size_t least;  ///< arguments
  size_t most;
  std::vector<CommandOption> options;
  /// What goes wrong is told by the caller.
  Result<void> (*run)(const Invocation&);
};

/// The commands of a file; commands() puts them together.
std::vector<Command> roomCommands();
std::vector<Command> participantCommands();
std::vector<Command> pictureCommands();
std::vector<Command> layoutCommands();
std::vector<Command> profileCommands();
std::vector<Command> recordCommands();
std::vector<Command> serverCommands();

/// All of them: a new one is a file and a line here.
const std::vector<Command>& commands();
/// By its first one or two words; `used` is how many. Null: there is none.
const Command* findCommand(std::span<const std::string> words, size_t& used);

}  // namespace tributary::ctl
