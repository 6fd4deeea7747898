#pragma once

#include <string>
#include <vector>

#include "media/codec_table.h"

typedef struct _GObject GObject;

namespace tributary {

/// Why an element cannot have this value of this property, and what would be right; empty when it can. Text
/// properties, and others that make an encoder write files, are never right.
std::string wrongWithProperty(GObject* element, const std::string& property, const std::string& value);

struct PropertyMistake {
  std::string property;  ///< empty: the element as a whole
  std::string what;
};

/// What is wrong with an encoder's properties, each on its own.
std::vector<PropertyMistake> checkProperties(const EncoderSettings& settings);

/// Encodes a few frames. Why that fails; empty when it works. Takes some 10 ms, 5 s at most: not for a room
/// that runs.
std::string tryEncoder(const std::string& codec, const EncoderSettings& settings);

}  // namespace tributary
