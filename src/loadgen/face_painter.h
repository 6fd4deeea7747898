#pragma once

#include <memory>

#include "media/picture.h"

namespace tributary::load {

/// A person before a camera, drawn: head, shoulders, eyes that blink, a mouth that talks, a textured room
/// behind, and the noise of a sensor, so that an encoder has about the work that a real camera gives it.
/// `person` chooses colours and movement; the movement repeats after `loopSeconds`. Pure.
std::shared_ptr<Picture> paintFace(int person, double seconds, double loopSeconds, int width, int height);

}  // namespace tributary::load
