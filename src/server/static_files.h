#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

#include <map>
#include <string>
#include <string_view>

namespace tributary {

/// The web client out of a GResource: what the server's own pages need and nothing else. Thread: owner.
class StaticFiles {
 public:
  /// Takes the files below `prefix` ("/tributary/web") of a registered resource; none is legal.
  explicit StaticFiles(const std::string& prefix);

  /// Answers GET and HEAD for a decoded path, with ETag and 304. False when there is no such page.
  bool serve(SoupServerMessage* message, std::string_view path) const;

  size_t size() const { return files_.size(); }

 private:
  struct File {
    GBytes* bytes = nullptr;  ///< of the resource, which lives as long as the process
    std::string etag;
    const char* contentType = nullptr;
  };

  void add(const std::string& prefix, const std::string& folder);
  const File* find(std::string_view path) const;

  std::map<std::string, File, std::less<>> files_;  ///< by path, "/index.html"
};

/// By the file name's end; application/octet-stream for others.
const char* contentTypeOf(std::string_view path);

}  // namespace tributary
