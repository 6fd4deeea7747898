#include "container/media_file.h"

#include <array>

#include "container/fragmented_mp4.h"
#include "container/matroska_finish.h"
#include "container/matroska_writer.h"
#include "container/mp4_finish.h"

namespace tributary {
namespace {

struct Known {
  Container container;
  std::string_view name;
  std::string_view mediaType;
  std::array<std::string_view, 3> codecs;
};

constexpr std::array<Known, 3> known = {{{Container::webm, "webm", "video/webm", {"VP8", "VP9", ""}},
                                         {Container::mkv, "mkv", "video/x-matroska", {"VP8", "VP9", "H264"}},
                                         {Container::mp4, "mp4", "video/mp4", {"H264", "", ""}}}};

const Known& of(Container container) {
  return known.at(static_cast<size_t>(container));
}

}  // namespace

std::string_view toString(Container container) {
  return of(container).name;
}

std::string_view mediaType(Container container) {
  return of(container).mediaType;
}

std::optional<Container> containerFromString(std::string_view name) {
  for (const auto& entry : known) {
    if (entry.name == name) return entry.container;
  }
  return std::nullopt;
}

bool canHold(Container container, std::string_view codec) {
  for (const auto held : of(container).codecs) {
    if (!codec.empty() && held == codec) return true;
  }
  return false;
}

std::unique_ptr<MediaWriter> makeMediaWriter(Container container) {
  if (container == Container::mp4) return std::make_unique<FragmentedMp4>();
  return std::make_unique<MatroskaWriter>(container);
}

Result<FinishedMedia> finishMediaFile(int fd, Container container, const std::vector<Chapter>& chapters,
                                      const FinishProgress& progress) {
  const FinishProgress tell = progress ? progress : [](double) {};
  if (container == Container::mp4) return finishMp4(fd, tell);
  return finishMatroska(fd, chapters, tell);
}

}  // namespace tributary
