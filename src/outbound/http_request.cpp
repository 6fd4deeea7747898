#include "outbound/http_request.h"

#include <curl/curl.h>
#include <strings.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>

namespace tributary {
namespace {

constexpr size_t longestAnswer = 1 << 20;

struct Sending {
  std::string_view left;
};

size_t readBody(char* to, size_t size, size_t count, void* data) {
  auto* sending = static_cast<Sending*>(data);
  const size_t bytes = std::min(size * count, sending->left.size());
  std::memcpy(to, sending->left.data(), bytes);
  sending->left.remove_prefix(bytes);
  return bytes;
}

size_t writeAnswer(char* from, size_t size, size_t count, void* data) {
  auto* response = static_cast<HttpResponse*>(data);
  const size_t bytes = size * count;
  response->body.append(from, std::min(bytes, longestAnswer - response->body.size()));
  return bytes;
}

size_t readHeader(char* from, size_t size, size_t count, void* data) {
  const std::string_view line(from, size * count);
  constexpr std::string_view name = "etag:";
  if (line.size() > name.size() && strncasecmp(line.data(), name.data(), name.size()) == 0) {
    std::string_view value = line.substr(name.size());
    value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
    value = value.substr(0, value.find_last_not_of(" \t\r\n") + 1);
    static_cast<HttpResponse*>(data)->etag = value;
  }
  return size * count;
}

void setOptions(CURL* curl, const HttpRequest& request, Sending& sending) {
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, request.timeoutSeconds);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, request.connectSeconds);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1024L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, request.stallSeconds);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "tributary/" TRIBUTARY_VERSION);
  if (!request.sigV4.empty()) {
    curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, request.sigV4.c_str());
    curl_easy_setopt(curl, CURLOPT_USERNAME, request.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, request.password.c_str());
  }
  if (request.method == "PUT") {
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, readBody);
    curl_easy_setopt(curl, CURLOPT_READDATA, &sending);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  } else if (request.method == "POST") {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  } else {
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

}  // namespace

Result<HttpResponse> perform(const HttpRequest& request) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), curl_easy_cleanup);
  HttpResponse response;
  Sending sending{request.body};
  setOptions(curl.get(), request, sending);
  // Not waiting for "100 Continue" saves a second with servers that do not send it.
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  for (const auto& header : request.headers)
    list = curl_slist_append(list, header.c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(list, curl_slist_free_all);
  char error[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, error);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, writeAnswer);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &response);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, readHeader);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &response);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) {
    return fail(ErrorCode::internal, *error != '\0' ? error : curl_easy_strerror(code));
  }
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &response.status);
  return response;
}

std::string urlEncoded(std::string_view text, bool path) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~' || (path && c == '/');
    if (plain) {
      out += c;
    } else {
      const auto byte = static_cast<uint8_t>(c);
      out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  return out;
}

}  // namespace tributary
