#pragma once

#include <functional>
#include <string>

#include "config/profile_files.h"

namespace tributary {

/// Draws every layout of a profile, with 1, 2, 3, 4, 5, 9, 16 and 25 people, as `<layout>-<people>.png`
/// (somebody talks) and `<layout>-<people>-screen.png` (somebody shares a screen), and `contact-sheet.png` of
/// all. The pictures come from a MediaPipeline, as those of a room do. `onWritten` gets each path.
///
/// The directory is made when it is missing. Takes about 20 s. Thread: owner.
Result<void> drawPreviews(const LoadedProfile& profile, const std::string& directory,
                          const std::function<void(const std::string& path)>& onWritten);

}  // namespace tributary
