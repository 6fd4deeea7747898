#pragma once

#include <memory>
#include <string>

#include "media/picture.h"

namespace tributary {

/// Somebody before a camera, drawn: 640x360, a head and shoulders in a room. The same number is always the
/// same person. For previews.
std::shared_ptr<const Picture> drawPerson(int number);

/// A shared screen, drawn: 1280x720, a document with a chart.
std::shared_ptr<const Picture> drawScreen();

/// The name of the person of that number.
std::string personName(int number);

}  // namespace tributary
