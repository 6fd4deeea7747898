#include "outbound/s3_upload.h"

#include <glib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "glib/object_ptr.h"
#include "outbound/http_request.h"

namespace tributary {
namespace {

constexpr long pieceSeconds = 3600;    // for one piece, on a slow line; stalls end it sooner
constexpr int64_t mostParts = 10'000;  // S3's own limit

std::string hashOf(const std::string& bytes) {
  const std::unique_ptr<char, GFree> hash(g_compute_checksum_for_data(
      G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(bytes.data()), bytes.size()));
  return hash.get();
}

Result<HttpResponse> ask(const S3Settings& settings, const std::string& method, const std::string& key,
                         const std::string& query, std::string body) {
  HttpRequest request;
  request.method = method;
  request.url = settings.endpoint + "/" + urlEncoded(settings.bucket) + "/" + urlEncoded(key, true) + query;
  request.headers = {"x-amz-content-sha256: " + hashOf(body), "Content-Type: application/octet-stream"};
  request.body = std::move(body);
  request.sigV4 = "aws:amz:" + settings.region + ":s3";
  request.user = settings.accessKey;
  request.password = settings.secretKey;
  request.timeoutSeconds = pieceSeconds;
  auto response = perform(request);
  if (!response) return response;
  // An error may come with status 200 when a multipart upload is put together.
  const bool refused = response->status / 100 != 2 || response->body.find("<Error>") != std::string::npos;
  if (!refused) return response;
  const bool gone = response->body.find("NoSuchUpload") != std::string::npos;
  return fail(
      gone ? ErrorCode::notFound : ErrorCode::internal,
      "the storage answers " + std::to_string(response->status) + ": " + response->body.substr(0, 300));
}

std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const size_t begin = text.find(from);
  const size_t end = begin == std::string::npos ? begin : text.find(to, begin);
  return end == std::string::npos ? "" : text.substr(begin + from.size(), end - begin - from.size());
}

Result<std::string> readPiece(int fd, int64_t at, int64_t bytes) {
  std::string out(static_cast<size_t>(bytes), '\0');
  size_t got = 0;
  while (got < out.size()) {
    const ssize_t count = ::pread(fd, out.data() + got, out.size() - got, at + static_cast<off_t>(got));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0)
      return fail(ErrorCode::internal, std::string("reading the file: ") + std::strerror(errno));
    got += static_cast<size_t>(count);
  }
  return out;
}

Result<void> begin(const S3Settings& settings, S3Upload& upload) {
  const auto answer = ask(settings, "POST", upload.key, "?uploads=", "");
  if (!answer) return tl::unexpected(answer.error());
  upload.uploadId = between(answer->body, "<UploadId>", "</UploadId>");
  if (upload.uploadId.empty()) return fail(ErrorCode::internal, "the storage began no upload");
  return {};
}

Result<void> complete(const S3Settings& settings, const S3Upload& upload) {
  std::string list = "<CompleteMultipartUpload>";
  for (size_t i = 0; i < upload.etags.size(); ++i) {
    const std::unique_ptr<char, GFree> etag(g_markup_escape_text(upload.etags[i].c_str(), -1));
    list +=
        "<Part><PartNumber>" + std::to_string(i + 1) + "</PartNumber><ETag>" + etag.get() + "</ETag></Part>";
  }
  list += "</CompleteMultipartUpload>";
  const auto answer = ask(settings, "POST", upload.key, "?uploadId=" + urlEncoded(upload.uploadId), list);
  if (!answer) return tl::unexpected(answer.error());
  return {};
}

}  // namespace

Json S3Upload::toJson() const {
  Json list = Json::array();
  for (const auto& etag : etags)
    list.push(etag);
  return Json::object({{"key", key}, {"uploadId", uploadId}, {"pieceBytes", pieceBytes}, {"etags", list}});
}

S3Upload S3Upload::fromJson(const Json& json) {
  S3Upload out{json["key"].stringOr(""), json["uploadId"].stringOr(""), json["pieceBytes"].integerOr(0), {}};
  for (const auto& etag : json["etags"].elements())
    out.etags.push_back(etag.stringOr(""));
  return out;
}

Result<void> uploadToS3(const S3Settings& settings, int fd, S3Upload& upload,
                        const std::function<void(const S3Upload&)>& progress,
                        const std::atomic<bool>& stopped) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return fail(ErrorCode::internal, std::strerror(errno));
  const int64_t size = status.st_size;
  const bool begun = !upload.uploadId.empty() && upload.pieceBytes > 0;
  const int64_t wanted = std::max(settings.partBytes, (size + mostParts - 1) / mostParts);
  const int64_t piece = begun ? upload.pieceBytes : wanted;
  if (!begun && size <= piece) {
    auto bytes = readPiece(fd, 0, size);
    if (!bytes) return tl::unexpected(bytes.error());
    const auto sent = ask(settings, "PUT", upload.key, "", std::move(*bytes));
    if (!sent) return tl::unexpected(sent.error());
    return {};
  }
  if (!begun) {
    upload.etags.clear();
    if (auto started = begin(settings, upload); !started) return started;
    upload.pieceBytes = piece;
    progress(upload);
  }
  while (static_cast<int64_t>(upload.etags.size()) * piece < size) {
    if (stopped) return fail(ErrorCode::internal, "the server is stopping");
    const int64_t at = static_cast<int64_t>(upload.etags.size()) * piece;
    auto bytes = readPiece(fd, at, std::min(piece, size - at));
    if (!bytes) return tl::unexpected(bytes.error());
    const std::string query =
        "?partNumber=" + std::to_string(upload.etags.size() + 1) + "&uploadId=" + urlEncoded(upload.uploadId);
    const auto sent = ask(settings, "PUT", upload.key, query, std::move(*bytes));
    if (!sent) return tl::unexpected(sent.error());
    upload.etags.push_back(sent->etag);
    progress(upload);
  }
  return complete(settings, upload);
}

}  // namespace tributary
