#include "ctl/command.h"

namespace tributary::ctl {

const std::vector<Command>& commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> out;
    for (const auto& part : {roomCommands(), participantCommands(), pictureCommands(), layoutCommands(),
                             recordCommands(), profileCommands(), serverCommands()}) {
      out.insert(out.end(), part.begin(), part.end());
    }
    return out;
  }();
  return all;
}

const Command* findCommand(std::span<const std::string> words, size_t& used) {
  for (const auto& command : commands()) {
    const bool two = command.name.find(' ') != std::string_view::npos;
    used = two ? 2 : 1;
    if (words.size() < used) continue;
    if (command.name == (two ? words[0] + " " + words[1] : words[0])) return &command;
  }
  return nullptr;
}

}  // namespace tributary::ctl
