#pragma once

#include "container/media_file.h"

namespace tributary {

/// finishMediaFile() for WebM and MKV as MatroskaWriter writes them.
Result<FinishedMedia> finishMatroska(int fd, std::vector<Chapter> chapters, const FinishProgress& progress);

}  // namespace tributary
