#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace tributary::log {

enum class Level { debug, info, warning, error };

/// One `key=value` of a line; values with blanks or quotes are quoted, control characters escaped.
struct Field {
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(v) {}
  Field(std::string_view k, double v);
  template <typename Int>
  requires std::is_integral_v<Int> Field(std::string_view k, Int v) : key(k), value(std::to_string(v)) {}

  std::string_view key;
  std::string value;
};

using Fields = std::initializer_list<Field>;

/// Lines below this level are dropped. Default info; TRIBUTARY_LOG=debug|info|warning|error sets it.
void setLevel(Level level);

/// A field that every later line of this process bears (a room process: its room). Call before threads start.
void setProcessField(std::string_view key, std::string_view value);

/// Writes one logfmt line, an event, to stderr: `time=… level=info event=room.ready room=demo`.
/// Thread: any.
void write(Level level, std::string_view event, Fields fields = {});

inline void debug(std::string_view event, Fields fields = {}) {
  write(Level::debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) {
  write(Level::info, event, fields);
}
inline void warning(std::string_view event, Fields fields = {}) {
  write(Level::warning, event, fields);
}
inline void error(std::string_view event, Fields fields = {}) {
  write(Level::error, event, fields);
}

/// Sends GLib's own messages (g_critical and the like) through write(), as event `glib`; a
/// critical says who called (`at`).
void captureGlib();

/// The logfmt form of one value.
std::string quoted(std::string_view value);

}  // namespace tributary::log
