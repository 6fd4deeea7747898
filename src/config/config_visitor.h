#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/server_config.h"
#include "glib/json.h"

/// How server_config.cpp's describe() is read, and what reads it; internal to config/.
namespace tributary::config {

struct Range {
  double least;
  double most;
};

/// Visits every key once. `reason` says what it is for and why the default is what it is.
class Visitor {
 public:
  virtual ~Visitor() = default;
  virtual void begin(std::string_view section, std::string_view reason) = 0;
  virtual void end() = 0;
  virtual void text(std::string_view key, std::string& value, std::string_view reason) = 0;
  virtual void flag(std::string_view key, bool& value, std::string_view reason) = 0;
  virtual void number(std::string_view key, int& value, Range range, std::string_view reason) = 0;
  virtual void seconds(std::string_view key, std::chrono::milliseconds& value, Range range,
                       std::string_view reason) = 0;
  virtual void list(std::string_view key, std::vector<std::string>& value, std::string_view reason) = 0;
  virtual void iceServers(std::string_view key, std::vector<IceServer>& value, std::string_view reason) = 0;
};

/// Takes values from JSON; collects every mistake.
class Reader : public Visitor {
 public:
  explicit Reader(const Json& root);

  void begin(std::string_view section, std::string_view reason) override;
  void end() override;
  void text(std::string_view key, std::string& value, std::string_view reason) override;
  void flag(std::string_view key, bool& value, std::string_view reason) override;
  void number(std::string_view key, int& value, Range range, std::string_view reason) override;
  void seconds(std::string_view key, std::chrono::milliseconds& value, Range range,
               std::string_view reason) override;
  void list(std::string_view key, std::vector<std::string>& value, std::string_view reason) override;
  void iceServers(std::string_view key, std::vector<IceServer>& value, std::string_view reason) override;

  /// Adds the keys nobody asked for at the top level; call last.
  const std::vector<std::string>& finish();
  /// The value of `key`, whatever it is; it counts as known from then on.
  std::optional<Json> take(std::string_view key);
  /// A mistake in the value of `key` of the open section.
  void refuse(std::string_view key, const std::string& what) { mistake(pathOf(key), what); }
  /// A mistake that only shows when values are compared.
  void mistake(const std::string& path, const std::string& what) { mistakes_.push_back(path + ": " + what); }

 private:
  struct Scope {
    Json object;
    std::string path;
    std::vector<std::string> asked;
  };

  std::string pathOf(std::string_view key) const;
  void checkUnknown();
  IceServer readIceServer(const Json& json, const std::string& path);

  std::vector<Scope> scopes_;
  std::vector<std::string> mistakes_;
};

/// Writes a JSON Schema.
class SchemaWriter : public Visitor {
 public:
  SchemaWriter();
  void begin(std::string_view section, std::string_view reason) override;
  void end() override;
  void text(std::string_view key, std::string& value, std::string_view reason) override;
  void flag(std::string_view key, bool& value, std::string_view reason) override;
  void number(std::string_view key, int& value, Range range, std::string_view reason) override;
  void seconds(std::string_view key, std::chrono::milliseconds& value, Range range,
               std::string_view reason) override;
  void list(std::string_view key, std::vector<std::string>& value, std::string_view reason) override;
  void iceServers(std::string_view key, std::vector<IceServer>& value, std::string_view reason) override;

  Json result() const;

 private:
  void add(std::string_view key, Json property);

  std::vector<Json> properties_;  ///< of the open sections, outermost first
  std::vector<std::pair<std::string, std::string>> sections_;
};

/// Writes a Markdown table.
class TableWriter : public Visitor {
 public:
  void begin(std::string_view section, std::string_view reason) override;
  void end() override { prefix_.clear(); }
  void text(std::string_view key, std::string& value, std::string_view reason) override;
  void flag(std::string_view key, bool& value, std::string_view reason) override;
  void number(std::string_view key, int& value, Range range, std::string_view reason) override;
  void seconds(std::string_view key, std::chrono::milliseconds& value, Range range,
               std::string_view reason) override;
  void list(std::string_view key, std::vector<std::string>& value, std::string_view reason) override;
  void iceServers(std::string_view key, std::vector<IceServer>& value, std::string_view reason) override;

  const std::string& result() const { return rows_; }

 private:
  void row(std::string_view key, const std::string& fallback, const std::string& allowed,
           std::string_view reason);

  std::string prefix_;
  std::string rows_ = "| key | default | allowed | what for, and why this default |\n|---|---|---|---|\n";
};

/// The name in `names` that `wrong` was most likely meant to be; empty when none is near.
std::string nearest(std::string_view wrong, const std::vector<std::string>& names);

/// "250" or "0.25": a number as a person writes it.
std::string plain(double value);

}  // namespace tributary::config
