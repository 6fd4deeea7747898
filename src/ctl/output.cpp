#include "ctl/output.h"

#include <gio/gio.h>

#include <algorithm>
#include <cstdio>

#include "glib/object_ptr.h"

namespace tributary::ctl {
namespace {

std::string harmless(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f) out += c;
  }
  return out;
}

size_t widthOf(const std::string& text) {
  return static_cast<size_t>(g_utf8_strlen(text.c_str(), -1));
}

}  // namespace

std::string Table::text() const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], widthOf(harmless(row[i])));
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string cell = harmless(row[i]);
      line += cell;
      if (i + 1 < row.size()) line.append(widths[i] - widthOf(cell) + 2, ' ');
    }
    out += line + "\n";
  }
  return out;
}

std::string plain(const Json& value) {
  if (value.isNull()) return "-";
  if (const auto text = value.string()) return *text;
  if (const auto flag = value.boolean()) return *flag ? "yes" : "no";
  if (const auto whole = value.integer()) return std::to_string(*whole);
  return value.dump();
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void printJson(const Json& json) {
  print(json.dump(true) + "\n");
}

Result<void> writeFile(const std::string& path, const std::string& contents) {
  if (path == "-") {
    print(contents);
    return {};
  }
  GError* error = nullptr;
  if (g_file_set_contents_full(path.c_str(), contents.data(), static_cast<gssize>(contents.size()),
                               G_FILE_SET_CONTENTS_CONSISTENT, 0644, &error)) {
    return {};
  }
  return tl::unexpected(takeError(error, ErrorCode::internal, "cannot write"));
}

}  // namespace tributary::ctl
