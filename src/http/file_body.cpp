#include "http/file_body.h"

#include <gio/gunixinputstream.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/log.h"
#include "http/connection.h"
#include "http/request_check.h"

namespace tributary::http {
namespace {

constexpr uint64_t pieceBytes = 256 * 1024;

std::string etagOf(const struct stat& info) {
  char text[64];
  g_snprintf(text, sizeof text, "\"%lx-%lx-%lx\"", static_cast<unsigned long>(info.st_ino),
             static_cast<unsigned long>(info.st_size),
             static_cast<unsigned long>(info.st_mtim.tv_sec * 1'000'000'000L + info.st_mtim.tv_nsec));
  return text;
}

}  // namespace

struct FileBodyCallbacks {
  static void wroteChunk(SoupServerMessage*, gpointer self) { static_cast<FileBody*>(self)->readOn(); }

  static void finished(SoupServerMessage*, gpointer self) {
    g_cancellable_cancel(static_cast<FileBody*>(self)->cancel_.get());
  }

  static void read(GObject* stream, GAsyncResult* result, gpointer data) {
    const std::unique_ptr<std::weak_ptr<FileBody>> weak(static_cast<std::weak_ptr<FileBody>*>(data));
    GError* error = nullptr;
    GBytes* piece = g_input_stream_read_bytes_finish(G_INPUT_STREAM(stream), result, &error);
    if (const auto self = weak->lock()) self->arrived(piece, error);
    if (piece != nullptr) g_bytes_unref(piece);
    g_clear_error(&error);
  }
};

Result<std::shared_ptr<FileBody>> FileBody::open(UniqueFd file, const Request& request) {
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return fail(ErrorCode::notFound, "there is no such file");
  }
  std::shared_ptr<FileBody> body(new FileBody());
  body->size_ = static_cast<uint64_t>(info.st_size);
  body->etag_ = etagOf(info);
  body->unchanged_ = listHas(request.header("If-None-Match"), body->etag_);
  const auto onlyIf = request.header("If-Range");
  if (onlyIf.empty() || onlyIf == body->etag_) {
    body->outcome_ = parseRange(request.header("Range"), body->size_, body->range_);
  }
  if (body->outcome_ == RangeOutcome::whole) body->range_ = {0, body->size_ - 1};
  body->left_ = body->outcome_ == RangeOutcome::part ? body->range_.size() : body->size_;
  if (::lseek(file.get(), static_cast<off_t>(body->range_.first), SEEK_SET) < 0 && body->size_ > 0) {
    return fail(ErrorCode::internal, "the file cannot be read");
  }
  body->stream_ = ObjectPtr<GInputStream>::adopt(g_unix_input_stream_new(file.release(), TRUE));
  return body;
}

void FileBody::setHeaders(const char* contentType) {
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message_);
  const std::string size = std::to_string(size_);
  soup_message_headers_replace(headers, "ETag", etag_.c_str());
  soup_message_headers_replace(headers, "Accept-Ranges", "bytes");
  soup_message_headers_replace(headers, "Cache-Control", "private, no-cache");
  if (outcome_ == RangeOutcome::unsatisfiable) {
    soup_message_headers_replace(headers, "Content-Range", ("bytes */" + size).c_str());
    return;
  }
  soup_message_headers_set_content_type(headers, contentType, nullptr);
  if (outcome_ == RangeOutcome::whole) return;
  const std::string range =
      "bytes " + std::to_string(range_.first) + "-" + std::to_string(range_.last) + "/" + size;
  soup_message_headers_replace(headers, "Content-Range", range.c_str());
}

void FileBody::send(const std::shared_ptr<FileBody>& body, SoupServerMessage* message,
                    const char* contentType) {
  body->message_ = message;
  body->setHeaders(contentType);
  // What was asked for is cut here; libsoup would cut once more.
  soup_message_headers_remove(soup_server_message_get_request_headers(message), "Range");
  unsigned status = SOUP_STATUS_OK;
  if (body->outcome_ == RangeOutcome::part) status = SOUP_STATUS_PARTIAL_CONTENT;
  if (body->outcome_ == RangeOutcome::unsatisfiable) status = SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE;
  if (body->unchanged_) status = SOUP_STATUS_NOT_MODIFIED;
  soup_server_message_set_status(message, status, nullptr);
  if (body->unchanged_ || body->outcome_ == RangeOutcome::unsatisfiable) return;
  SoupMessageHeaders* headers = soup_server_message_get_response_headers(message);
  soup_message_headers_set_content_length(headers, static_cast<goffset>(body->left_));
  if (body->left_ == 0 || g_str_equal(soup_server_message_get_method(message), "HEAD")) return;
  soup_message_body_set_accumulate(soup_server_message_get_response_body(message), FALSE);
  g_signal_connect(message, "wrote-chunk", G_CALLBACK(FileBodyCallbacks::wroteChunk), body.get());
  g_signal_connect(message, "finished", G_CALLBACK(FileBodyCallbacks::finished), body.get());
  g_object_set_data_full(G_OBJECT(message), "tributary-file-body", new std::shared_ptr<FileBody>(body),
                         [](gpointer data) { delete static_cast<std::shared_ptr<FileBody>*>(data); });
  body->readOn();
}

void FileBody::readOn() {
  if (left_ == 0) return soup_message_body_complete(soup_server_message_get_response_body(message_));
  g_input_stream_read_bytes_async(stream_.get(), std::min(left_, pieceBytes), G_PRIORITY_DEFAULT,
                                  cancel_.get(), FileBodyCallbacks::read,
                                  new std::weak_ptr<FileBody>(weak_from_this()));
}

void FileBody::arrived(GBytes* piece, GError* error) {
  if (g_cancellable_is_cancelled(cancel_.get())) return;
  if (!isConnected(message_)) return;
  if (piece == nullptr) return abort(error->message);
  const uint64_t size = g_bytes_get_size(piece);
  if (size == 0) return abort("the file became shorter");
  left_ -= size;
  soup_message_body_append_bytes(soup_server_message_get_response_body(message_), piece);
  soup_server_message_unpause(message_);
}

/// The headers have promised more: closing is the only way to say that it does not come.
void FileBody::abort(const char* why) {
  log::warning("http.fileBroken", {{"error", why}});
  closeConnection(message_);
  soup_server_message_unpause(message_);
}

}  // namespace tributary::http
