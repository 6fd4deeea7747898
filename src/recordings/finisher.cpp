#include "recordings/finisher.h"

#include <unistd.h>

namespace tributary {

void Finisher::finish(const std::string& path, Container container, std::vector<Chapter> chapters,
                      const std::shared_ptr<std::atomic<double>>& progress, const Done& done) {
  auto job = [&store = store_, path, container, chapters = std::move(chapters), progress, done] {
    auto result = work(store, path, container, chapters, *progress);
    return [done, result = std::move(result)] { done(result); };
  };
  thread_.run(std::move(job));
}

Result<FinishedFile> Finisher::work(RecordingStore& store, const std::string& path, Container container,
                                    const std::vector<Chapter>& chapters, std::atomic<double>& progress) {
  const std::string part = path + ".part";
  // A crash may have come between the new name and the manifest.
  const bool renamed = !store.exists(part) && store.exists(path);
  const auto fd = store.openToWrite(renamed ? path : part);
  if (!fd) return tl::unexpected(fd.error());
  // It is read twice: for its index, and for its checksum.
  const auto media =
      finishMediaFile(fd->get(), container, chapters, [&progress](double done) { progress = done / 2; });
  if (!media) {
    if (media.error().code == ErrorCode::badRequest) store.remove(part);
    return tl::unexpected(media.error());
  }
  ::fdatasync(fd->get());
  const auto sum = sha256Of(fd->get(), [&progress](double done) { progress = 0.5 + done / 2; });
  if (!sum) return tl::unexpected(sum.error());
  if (!renamed) {
    if (auto named = store.rename(part, path); !named) return tl::unexpected(named.error());
  }
  return FinishedFile{path, static_cast<double>(media->duration) * 1e-9, media->bytes, *sum,
                      media->discarded};
}

}  // namespace tributary
