#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "glib/json.h"

/// How a describe() of settings (server_config.cpp, profile_keys.cpp) is read, and what reads it; internal to
/// config/.
namespace tributary::config {

struct Range {
  double least;
  double most;
  int step = 1;  ///< 2: even numbers alone
  std::string_view unit = {};
};

/// When a changed value holds: at once, for rooms that start later, or after a restart of the server.
enum class Applies { restart, nextRoom, live };

/// What the documentation says of a key.
struct Note {
  // NOLINTNEXTLINE(google-explicit-constructor): most notes are a sentence
  Note(const char* reason, std::string_view effect = {}, Applies when = Applies::restart)
      : what(reason), cost(effect), applies(when) {}

  std::string_view what;  ///< what it is for, and why the default is what it is
  std::string_view cost;  ///< on quality and CPU; may be empty
  Applies applies;
};

/// What a text may be; one that is empty by default may be so too.
struct TextRule {
  std::vector<std::string> choices;  ///< empty: anything
  std::string_view pattern = {};     ///< a regular expression that ECMA-262 and PCRE read alike
  std::string_view right = {};       ///< a text that matches the pattern, in words: "a colour like #101418"
  bool required = false;
  bool mayBeEmpty = false;  ///< although it is not by default
};

class Visitor;

/// An array or an object whose elements are objects of one kind.
struct Items {
  Range count;
  std::function<void()> clear;
  /// Adds an element (of that name, in an object) and describes it.
  std::function<void(Visitor&, const std::string& name)> add;
  /// Describes an element as it is by default.
  std::function<void(Visitor&)> sample;
  TextRule name = {};  ///< of names in an object
};

/// Visits every key once.
class Visitor {
 public:
  virtual ~Visitor() = default;
  virtual void begin(std::string_view section, const Note& note) = 0;
  virtual void end() = 0;
  virtual void text(std::string_view key, std::string& value, const Note& note,
                    const TextRule& rule = {}) = 0;
  virtual void flag(std::string_view key, bool& value, const Note& note) = 0;
  virtual void number(std::string_view key, int& value, const Range& range, const Note& note) = 0;
  virtual void ratio(std::string_view key, double& value, const Range& range, const Note& note) = 0;
  virtual void seconds(std::string_view key, std::chrono::milliseconds& value, const Range& range,
                       const Note& note) = 0;
  virtual void list(std::string_view key, std::vector<std::string>& value, const Note& note,
                    const TextRule& rule = {}) = 0;
  virtual void array(std::string_view key, const Items& items, const Note& note) = 0;
  virtual void object(std::string_view key, const Items& items, const Note& note) = 0;
  /// Names of the user's own with text, numbers or flags, all kept as text.
  virtual void values(std::string_view key, std::map<std::string, std::string>& value, const Note& note) = 0;
};

template <typename T>
Items itemsOf(std::vector<T>& list, void (*describe)(Visitor&, T&), Range count) {
  return {count, [&list] { list.clear(); },
          [&list, describe](Visitor& visit, const std::string&) { describe(visit, list.emplace_back()); },
          [describe](Visitor& visit) {
            T sample{};
            describe(visit, sample);
          }};
}

template <typename T>
Items membersOf(std::map<std::string, T>& map, void (*describe)(Visitor&, T&), Range count, TextRule name) {
  return {count, [&map] { map.clear(); },
          [&map, describe](Visitor& visit, const std::string& key) { describe(visit, map[key]); },
          [describe](Visitor& visit) {
            T sample{};
            describe(visit, sample);
          },
          std::move(name)};
}

/// Takes values from JSON; collects every mistake, one line each whatever the keys hold.
class Reader : public Visitor {
 public:
  explicit Reader(const Json& root);

  void begin(std::string_view section, const Note& note) override;
  void end() override;
  void text(std::string_view key, std::string& value, const Note& note, const TextRule& rule) override;
  void flag(std::string_view key, bool& value, const Note& note) override;
  void number(std::string_view key, int& value, const Range& range, const Note& note) override;
  void ratio(std::string_view key, double& value, const Range& range, const Note& note) override;
  void seconds(std::string_view key, std::chrono::milliseconds& value, const Range& range,
               const Note& note) override;
  void list(std::string_view key, std::vector<std::string>& value, const Note& note,
            const TextRule& rule) override;
  void array(std::string_view key, const Items& items, const Note& note) override;
  void object(std::string_view key, const Items& items, const Note& note) override;
  void values(std::string_view key, std::map<std::string, std::string>& value, const Note& note) override;

  /// Adds the keys nobody asked for at the top level; call last.
  const std::vector<std::string>& finish();
  /// A mistake that only shows when values are compared.
  void mistake(const std::string& path, const std::string& what);

 private:
  struct Scope {
    Json object;
    std::string path;
    std::vector<std::string> asked;
  };

  std::optional<Json> take(std::string_view key);
  void refuse(std::string_view key, const std::string& what) { mistake(pathOf(key), what); }
  std::string pathOf(std::string_view key) const;
  void checkUnknown();
  void element(const Json& json, const std::string& path, const Items& items, const std::string& name);

  std::vector<Scope> scopes_;
  std::vector<std::string> mistakes_;
};

/// Writes a JSON Schema.
class SchemaWriter : public Visitor {
 public:
  SchemaWriter();
  void begin(std::string_view section, const Note& note) override;
  void end() override;
  void text(std::string_view key, std::string& value, const Note& note, const TextRule& rule) override;
  void flag(std::string_view key, bool& value, const Note& note) override;
  void number(std::string_view key, int& value, const Range& range, const Note& note) override;
  void ratio(std::string_view key, double& value, const Range& range, const Note& note) override;
  void seconds(std::string_view key, std::chrono::milliseconds& value, const Range& range,
               const Note& note) override;
  void list(std::string_view key, std::vector<std::string>& value, const Note& note,
            const TextRule& rule) override;
  void array(std::string_view key, const Items& items, const Note& note) override;
  void object(std::string_view key, const Items& items, const Note& note) override;
  void values(std::string_view key, std::map<std::string, std::string>& value, const Note& note) override;

  Json result(std::string_view title) const;

 private:
  struct Open {
    std::string name;
    std::string reason;
    Json properties = Json::object();
    Json required = Json::array();
  };
  void add(std::string_view key, Json property) { open_.back().properties.set(key, std::move(property)); }
  static Json close(const Open& open);
  Json itemSchema(const Items& items);

  std::vector<Open> open_;
};

/// Writes Markdown tables.
class TableWriter : public Visitor {
 public:
  /// One table for all; or one with more columns for each section, under a heading.
  enum class Style { plain, full };
  explicit TableWriter(Style style = Style::plain);

  void begin(std::string_view section, const Note& note) override;
  void end() override;
  void text(std::string_view key, std::string& value, const Note& note, const TextRule& rule) override;
  void flag(std::string_view key, bool& value, const Note& note) override;
  void number(std::string_view key, int& value, const Range& range, const Note& note) override;
  void ratio(std::string_view key, double& value, const Range& range, const Note& note) override;
  void seconds(std::string_view key, std::chrono::milliseconds& value, const Range& range,
               const Note& note) override;
  void list(std::string_view key, std::vector<std::string>& value, const Note& note,
            const TextRule& rule) override;
  void array(std::string_view key, const Items& items, const Note& note) override;
  void object(std::string_view key, const Items& items, const Note& note) override;
  void values(std::string_view key, std::map<std::string, std::string>& value, const Note& note) override;

  const std::string& result() const { return rows_; }

 private:
  void row(std::string_view key, std::string_view type, const std::string& fallback,
           const std::string& allowed, const Note& note);
  void nested(std::string_view prefix, const Items& items);
  void title(std::string_view section);
  void heading();

  Style style_;
  std::vector<std::string> prefixes_;
  bool tableOpen_ = false;
  std::string rows_;
};

/// "250" or "0.25": a number as a person writes it.
std::string plain(double value);

}  // namespace tributary::config
