#include "base/log.h"

#include <dlfcn.h>
#include <execinfo.h>
#include <glib.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "base/timestamp.h"

namespace tributary::log {
namespace {

Level levelFromEnvironment() {
  const char* name = std::getenv("TRIBUTARY_LOG");
  if (name == nullptr) return Level::info;
  if (std::strcmp(name, "debug") == 0) return Level::debug;
  if (std::strcmp(name, "warning") == 0) return Level::warning;
  if (std::strcmp(name, "error") == 0) return Level::error;
  return Level::info;
}

std::atomic<Level>& threshold() {
  static std::atomic<Level> level = levelFromEnvironment();
  return level;
}

std::string& processFields() {
  static std::string fields;
  return fields;
}

const char* name(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "?";
}

/// Who called, innermost first: `library:function` or `library+offset`, for addr2line.
std::string callers() {
  constexpr int own = 3;  // this one, the writer, g_log_structured_array
  std::array<void*, 16> frames{};
  const int count = backtrace(frames.data(), static_cast<int>(frames.size()));
  std::string out;
  for (int i = own; i < count; ++i) {
    Dl_info info{};
    if (dladdr(frames[static_cast<size_t>(i)], &info) == 0 || info.dli_fname == nullptr) continue;
    const char* slash = std::strrchr(info.dli_fname, '/');
    out += (out.empty() ? "" : " ") + std::string(slash != nullptr ? slash + 1 : info.dli_fname);
    if (info.dli_sname != nullptr) {
      out += ":" + std::string(info.dli_sname);
      continue;
    }
    char offset[24];
    std::snprintf(offset, sizeof offset, "+0x%tx",
                  static_cast<char*>(frames[static_cast<size_t>(i)]) - static_cast<char*>(info.dli_fbase));
    out += offset;
  }
  return out;
}

GLogWriterOutput writeGlib(GLogLevelFlags flags, const GLogField* fields, gsize count, gpointer) {
  std::string_view message;
  std::string_view domain;
  for (gsize i = 0; i < count; ++i) {
    const auto* value = static_cast<const char*>(fields[i].value);
    const auto text = fields[i].length < 0 ? std::string_view(value)
                                           : std::string_view(value, static_cast<size_t>(fields[i].length));
    if (std::strcmp(fields[i].key, "MESSAGE") == 0) message = text;
    if (std::strcmp(fields[i].key, "GLIB_DOMAIN") == 0) domain = text;
  }
  Level level = Level::debug;
  const char* kind = "message";
  if (flags & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL)) {
    level = Level::error;
    kind = "critical";
  } else if (flags & G_LOG_LEVEL_WARNING) {
    level = Level::warning;
    kind = "warning";
  }
  if (level == Level::error) {
    write(level, "glib", {{"kind", kind}, {"domain", domain}, {"message", message}, {"at", callers()}});
  } else {
    write(level, "glib", {{"kind", kind}, {"domain", domain}, {"message", message}});
  }
  return G_LOG_WRITER_HANDLED;
}

}  // namespace

Field::Field(std::string_view k, double v) : key(k) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", v);
  value = text;
}

void setLevel(Level level) {
  threshold() = level;
}

void setProcessField(std::string_view key, std::string_view value) {
  processFields() += " " + std::string(key) + "=" + quoted(value);
}

std::string quoted(std::string_view value) {
  const bool plain = !value.empty() && value.find_first_of(" \"=\\") == std::string_view::npos &&
                     value.find_first_not_of("\t\n\r") != std::string_view::npos;
  std::string out;
  bool escaped = false;
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      char hex[8];
      std::snprintf(hex, sizeof hex, "\\x%02x", static_cast<unsigned char>(c));
      out += hex;
      escaped = true;
    } else {
      out += c;
    }
  }
  return plain && !escaped ? out : '"' + out + '"';
}

void write(Level level, std::string_view event, Fields fields) {
  if (level < threshold()) return;
  std::string line =
      "time=" + timestamp() + " level=" + name(level) + " event=" + quoted(event) + processFields();
  for (const Field& field : fields)
    line += " " + std::string(field.key) + "=" + quoted(field.value);
  line += '\n';
  // One write per line, so that lines of several threads and processes do not mix.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

void captureGlib() {
  g_log_set_writer_func(writeGlib, nullptr, nullptr);
}

}  // namespace tributary::log
