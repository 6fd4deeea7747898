#pragma once

#include "container/media_file.h"

namespace tributary {

/// finishMediaFile() for files of FragmentedMp4: the duration is set, and an `mfra` index appended.
Result<FinishedMedia> finishMp4(int fd, const FinishProgress& progress);

}  // namespace tributary
