#include "server/static_files.h"

#include <array>

#include "http/reply.h"
#include "http/request.h"
#include "http/request_check.h"
#include "protocol/text_rules.h"

namespace tributary {
namespace {

struct ContentType {
  std::string_view ending;
  const char* type;
};

constexpr std::array<ContentType, 13> contentTypes{{{".html", "text/html; charset=utf-8"},
                                                    {".js", "text/javascript; charset=utf-8"},
                                                    {".mjs", "text/javascript; charset=utf-8"},
                                                    {".css", "text/css; charset=utf-8"},
                                                    {".svg", "image/svg+xml"},
                                                    {".png", "image/png"},
                                                    {".jpg", "image/jpeg"},
                                                    {".ico", "image/x-icon"},
                                                    {".json", "application/json"},
                                                    {".map", "application/json"},
                                                    {".woff2", "font/woff2"},
                                                    {".txt", "text/plain; charset=utf-8"},
                                                    {".webmanifest", "application/manifest+json"}}};

std::string etagOf(GBytes* bytes) {
  char* sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
  std::string etag = "\"" + std::string(sum).substr(0, 32) + "\"";
  g_free(sum);
  return etag;
}

/// The page of a room: `/r/{room}`, with or without a slash behind.
bool isRoomPage(std::string_view path) {
  if (!path.starts_with("/r/")) return false;
  path.remove_prefix(3);
  if (path.ends_with('/')) path.remove_suffix(1);
  return text::roomName(path).has_value();
}

}  // namespace

const char* contentTypeOf(std::string_view path) {
  for (const auto& known : contentTypes) {
    if (path.ends_with(known.ending)) return known.type;
  }
  return "application/octet-stream";
}

StaticFiles::StaticFiles(const std::string& prefix) {
  add(prefix, "/");
}

void StaticFiles::add(const std::string& prefix, const std::string& folder) {
  char** names =
      g_resources_enumerate_children((prefix + folder).c_str(), G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr);
  if (names == nullptr) return;
  for (char** name = names; *name != nullptr; ++name) {
    const std::string path = folder + *name;
    if (path.ends_with('/')) {
      add(prefix, path);
      continue;
    }
    GBytes* bytes = g_resources_lookup_data((prefix + path).c_str(), G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr);
    if (bytes != nullptr) files_[path] = File{bytes, etagOf(bytes), contentTypeOf(path)};
  }
  g_strfreev(names);
}

const StaticFiles::File* StaticFiles::find(std::string_view path) const {
  const auto at = files_.find(path == "/" || isRoomPage(path) ? "/index.html" : path);
  return at != files_.end() ? &at->second : nullptr;
}

bool StaticFiles::serve(SoupServerMessage* message, std::string_view path) const {
  const File* file = find(path);
  if (file == nullptr) return false;
  gsize size = 0;
  const auto* data = static_cast<const char*>(g_bytes_get_data(file->bytes, &size));
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  soup_message_headers_replace(headers, "ETag", file->etag.c_str());
  // Names stay when contents change, so browsers ask each time; the answer is a 304.
  soup_message_headers_replace(headers, "Cache-Control", "no-cache");
  if (listHas(http::header(message, "If-None-Match"), file->etag)) {
    http::addSecurityHeaders(message);
    soup_server_message_set_status(message, SOUP_STATUS_NOT_MODIFIED, nullptr);
    return true;
  }
  http::addSecurityHeaders(message);
  soup_server_message_set_status(message, SOUP_STATUS_OK, nullptr);
  soup_server_message_set_response(message, file->contentType, SOUP_MEMORY_STATIC, data, size);
  return true;
}

}  // namespace tributary
