#include "ctl/record_download.h"

#include <glib.h>
#include <glib/gstdio.h>

#include <algorithm>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <vector>

#include "ctl/progress_bar.h"

namespace tributary::ctl {
namespace {

constexpr size_t readBytes = 1 << 20;

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

tl::unexpected<Error> systemError(const std::string& path) {
  return fail(ErrorCode::internal, path + ": " + g_strerror(errno));
}

int64_t sizeOf(const std::string& path) {
  GStatBuf status;
  return g_stat(path.c_str(), &status) == 0 ? static_cast<int64_t>(status.st_size) : -1;
}

Result<std::string> sha256Of(const std::string& path, int64_t size) {
  const File file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) return systemError(path);
  const std::unique_ptr<GChecksum, decltype(&g_checksum_free)> sum(g_checksum_new(G_CHECKSUM_SHA256),
                                                                   g_checksum_free);
  ProgressBar bar("checking");
  std::vector<guchar> piece(readBytes);
  int64_t done = 0;
  while (const size_t count = std::fread(piece.data(), 1, piece.size(), file.get())) {
    g_checksum_update(sum.get(), piece.data(), static_cast<gssize>(count));
    done += static_cast<int64_t>(count);
    bar.show(static_cast<double>(done) / static_cast<double>(std::max<int64_t>(size, 1)));
  }
  if (std::ferror(file.get()) != 0) return systemError(path);
  return std::string(g_checksum_get_string(sum.get()));
}

Result<void> fetchTo(ApiClient& api, const RecordedFile& file, const std::string& part) {
  const bool mayGoOn = file.size > 0 && !file.sha256.empty();
  int64_t done = mayGoOn ? std::max<int64_t>(sizeOf(part), 0) : 0;
  if (mayGoOn && done >= file.size) return {};  // only its check was missing
  File out(std::fopen(part.c_str(), done > 0 ? "ab" : "wb"), &std::fclose);
  if (!out) return systemError(part);
  ProgressBar bar(file.name);
  const auto fetched = api.download(file.url, done, [&](std::string_view piece) -> Result<void> {
    if (std::fwrite(piece.data(), 1, piece.size(), out.get()) != piece.size()) return systemError(part);
    done += static_cast<int64_t>(piece.size());
    bar.show(file.size > 0 ? static_cast<double>(done) / static_cast<double>(file.size) : 0, sizeText(done));
    return {};
  });
  if (!fetched) {
    return fail(fetched.error().code, fetched.error().message + " (the same command goes on where it was)");
  }
  if (std::fclose(out.release()) != 0) return systemError(part);
  return {};
}

}  // namespace

Result<void> downloadRecorded(ApiClient& api, const RecordedFile& file, const std::string& folder) {
  const std::string path = folder + "/" + file.name;
  const std::string part = path + ".part";
  if (!file.sha256.empty() && sizeOf(path) == file.size) {
    const auto there = sha256Of(path, file.size);
    if (there && *there == file.sha256) return {};
  }
  if (auto fetched = fetchTo(api, file, part); !fetched) return fetched;
  const int64_t size = sizeOf(part);
  if (!file.sha256.empty()) {
    const auto sum = sha256Of(part, size);
    if (!sum) return tl::unexpected(sum.error());
    if (size != file.size || *sum != file.sha256) {
      g_remove(part.c_str());
      return fail(ErrorCode::internal,
                  file.name + ": what arrived is not what was recorded, and was removed; try again");
    }
  }
  if (g_rename(part.c_str(), path.c_str()) != 0) return systemError(path);
  return {};
}

}  // namespace tributary::ctl
