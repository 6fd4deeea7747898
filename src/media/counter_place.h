#pragma once

#include "media/scene.h"

namespace tributary {

/// Where the counter of those off canvas lies: in a corner of the canvas that no tile has, else in one of the
/// largest tile's, where no face is; never on `taken` (the logo) and not where names are, if there is a
/// choice.
Rect counterPlace(const Scene& scene, const Rect& canvas, const Rect& taken, int width, int height);

}  // namespace tributary
