#pragma once

#include <gio/gio.h>
#include <libsoup/soup.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/unique_fd.h"
#include "glib/object_ptr.h"
#include "http/byte_range.h"
#include "http/request.h"

namespace tributary::http {

/// A file on its way to a client: at most one piece of it is in memory. It belongs to the message it is sent
/// with and goes with it. Thread: owner; reads happen on GLib's pool.
class FileBody : public std::enable_shared_from_this<FileBody> {
 public:
  /// Looks at the file and at what the request wants of it. Error notFound when it is no regular file.
  static Result<std::shared_ptr<FileBody>> open(UniqueFd file, const Request& request);

  /// Sets status, headers and body of the answer; the body follows as the client takes it.
  static void send(const std::shared_ptr<FileBody>& body, SoupServerMessage* message,
                   const char* contentType);

 private:
  FileBody() = default;
  void setHeaders(const char* contentType);
  void readOn();
  void arrived(GBytes* piece, GError* error);
  void abort(const char* why);

  SoupServerMessage* message_ = nullptr;  ///< owns this
  ObjectPtr<GInputStream> stream_;
  ObjectPtr<GCancellable> cancel_ = ObjectPtr<GCancellable>::adopt(g_cancellable_new());
  std::string etag_;
  uint64_t size_ = 0;
  uint64_t left_ = 0;  ///< still to be read
  RangeOutcome outcome_ = RangeOutcome::whole;
  ByteRange range_;
  bool unchanged_ = false;  ///< the client has it already

  friend struct FileBodyCallbacks;
};

}  // namespace tributary::http
