#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "glib/json.h"

namespace tributary::ctl {

/// A table for people: columns as wide as what is in them. Control characters of strangers' names are left
/// out, so that none of them moves a terminal's cursor.
class Table {
 public:
  explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// A JSON value as a person reads it: text as it is, "-" for null.
std::string plain(const Json& value);

void print(const std::string& text);
void printJson(const Json& json);

/// Writes beside it and renames, so that no half of a file stays. "-" is standard output.
Result<void> writeFile(const std::string& path, const std::string& contents);

}  // namespace tributary::ctl
