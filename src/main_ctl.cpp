// `tributaryctl`: the HTTP API at a terminal. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
#include <gio/gio.h>

#include <clocale>
#include <cstdio>
#include <list>
#include <memory>

#include "ctl/command.h"

using namespace tributary;
using namespace tributary::ctl;

namespace {

constexpr int exitFailure = 1;
constexpr int exitUsage = 2;
constexpr const char* defaultServer = "http://127.0.0.1:8080";

int complain(int code, const std::string& message) {
  std::fprintf(stderr, "tributaryctl: %s\n", message.c_str());
  return code;
}

std::string listOfCommands() {
  std::string out = "Commands:\n";
  for (const auto& command : commands()) {
    std::string line = "  " + std::string(command.name) + " " + command.arguments;
    const auto width = static_cast<size_t>(g_utf8_strlen(line.c_str(), -1));
    line.append(width < 34 ? 34 - width : 1, ' ');
    out += line + command.summary + "\n";
  }
  return out +
         "\nThe API's token comes from the environment's TRIBUTARY_TOKEN or from --token-file, never from "
         "the "
         "command line, where others could read it.";
}

/// What GOption fills in: places that stay where they are.
struct Parsed {
  char* server = nullptr;
  char* tokenFile = nullptr;
  gboolean json = FALSE;
  gboolean version = FALSE;
  std::list<char*> texts;
  std::list<gboolean> switches;
  std::vector<GOptionEntry> entries;

  ~Parsed() {
    for (char* text : texts)
      g_free(text);
    g_free(server);
    g_free(tokenFile);
  }

  void addCommon() {
    entries.push_back({"server", 's', 0, G_OPTION_ARG_STRING, &server,
                       "Where tributary listens (http://127.0.0.1:8080, or TRIBUTARY_URL)", "URL"});
    entries.push_back(
        {"token-file", 't', 0, G_OPTION_ARG_FILENAME, &tokenFile, "File with the API's token", "FILE"});
    entries.push_back({"json", 'j', 0, G_OPTION_ARG_NONE, &json, "Print JSON, for scripts", nullptr});
    entries.push_back({"version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version", nullptr});
  }

  void add(const Command& command) {
    for (const auto& option : command.options) {
      const bool isSwitch = option.value == nullptr;
      gpointer place = isSwitch ? static_cast<gpointer>(&switches.emplace_back(FALSE))
                                : static_cast<gpointer>(&texts.emplace_back(nullptr));
      entries.push_back({option.name, option.letter, 0, isSwitch ? G_OPTION_ARG_NONE : G_OPTION_ARG_FILENAME,
                         place, option.summary, option.value});
    }
  }

  std::map<std::string, std::string> given(const Command& command) const {
    std::map<std::string, std::string> out;
    auto text = texts.begin();
    auto flag = switches.begin();
    for (const auto& option : command.options) {
      if (option.value == nullptr) {
        if (*flag++ != FALSE) out[option.name] = "";
      } else if (const char* value = *text++) {
        out[option.name] = value;
      }
    }
    return out;
  }

  /// Takes the options out of `words`; stops at the first that is none where `strict`.
  Result<void> parse(std::vector<std::string>& words, const Command* command, bool strict) {
    auto all = entries;
    all.push_back({nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr});
    const std::string usage =
        command != nullptr ? std::string(command->name) + " " + command->arguments + " - " + command->summary
                           : "COMMAND … - look after a Tributary server";
    const std::unique_ptr<GOptionContext, decltype(&g_option_context_free)> context(
        g_option_context_new(usage.c_str()), g_option_context_free);
    if (command == nullptr) g_option_context_set_description(context.get(), listOfCommands().c_str());
    g_option_context_set_strict_posix(context.get(), strict ? TRUE : FALSE);
    g_option_context_add_main_entries(context.get(), all.data(), nullptr);
    std::vector<char*> argv = {g_strdup("tributaryctl")};
    for (const auto& word : words)
      argv.push_back(g_strdup(word.c_str()));
    argv.push_back(nullptr);
    char** list = static_cast<char**>(g_memdup2(argv.data(), argv.size() * sizeof(char*)));
    GError* error = nullptr;
    const bool parsed = g_option_context_parse_strv(context.get(), &list, &error) != FALSE;
    words.clear();
    for (char** word = list + 1; parsed && *word != nullptr; ++word) {
      if (std::string_view(*word) != "--") words.emplace_back(*word);
    }
    g_strfreev(list);
    if (parsed) return {};
    return tl::unexpected(takeError(error, ErrorCode::badRequest, "wrong options"));
  }
};

Result<std::string> readToken(const Parsed& parsed) {
  const char* fromEnvironment = g_getenv("TRIBUTARY_TOKEN");
  const char* path = parsed.tokenFile != nullptr ? parsed.tokenFile : g_getenv("TRIBUTARY_TOKEN_FILE");
  if (parsed.tokenFile == nullptr && fromEnvironment != nullptr) return std::string(fromEnvironment);
  if (path == nullptr) return std::string();
  char* contents = nullptr;
  GError* error = nullptr;
  if (!g_file_get_contents(path, &contents, nullptr, &error)) {
    return tl::unexpected(takeError(error, ErrorCode::badRequest, "the token's file"));
  }
  const std::unique_ptr<char, GFree> owned(contents);
  return std::string(g_strstrip(contents));
}

std::string serverUrl(const Parsed& parsed) {
  if (parsed.server != nullptr) return parsed.server;
  const char* url = g_getenv("TRIBUTARY_URL");
  return url != nullptr ? url : defaultServer;
}

int run(const Command& command, const Parsed& parsed, std::vector<std::string> arguments) {
  if (arguments.size() < command.least || arguments.size() > command.most) {
    return complain(exitUsage, "usage: tributaryctl " + std::string(command.name) + " " + command.arguments);
  }
  const auto token = readToken(parsed);
  if (!token) return complain(exitUsage, token.error().message);
  ApiClient api(serverUrl(parsed), *token);
  const auto done = command.run({api, parsed.json != FALSE, std::move(arguments), parsed.given(command)});
  if (done) return 0;
  std::string message = done.error().message;
  if (done.error().code == ErrorCode::unauthorized) {
    message += " (set TRIBUTARY_TOKEN, or give --token-file)";
  }
  return complain(exitFailure, message);
}

}  // namespace

int main(int argc, char** argv) {
  std::setlocale(LC_ALL, "");
  std::vector<std::string> words(argv + 1, argv + argc);
  Parsed parsed;
  parsed.addCommon();
  if (const auto common = parsed.parse(words, nullptr, true); !common) {
    return complain(exitUsage, common.error().message);
  }
  if (parsed.version != FALSE) {
    std::printf("tributaryctl %s\n", TRIBUTARY_VERSION);
    return 0;
  }
  if (words.empty()) return complain(exitUsage, "which command? tributaryctl --help lists them");
  size_t used = 0;
  const Command* command = findCommand(words, used);
  if (command == nullptr) {
    return complain(exitUsage, "there is no command \"" + words[0] + "\"; tributaryctl --help lists them");
  }
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(used));
  parsed.add(*command);
  if (const auto rest = parsed.parse(words, command, false); !rest) {
    return complain(exitUsage, rest.error().message);
  }
  return run(*command, parsed, std::move(words));
}
