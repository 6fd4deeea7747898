#pragma once

#include <string>
#include <vector>

#include "glib/json.h"

namespace tributary::test {

/// A media file as ffmpeg, which is no code of ours, sees it. Blocks.
struct Probe {
  std::string complaints;  ///< of a decode of everything; empty for a clean file
  double duration = 0;     ///< seconds, as the container says; 0 when it does not
  double audioEnd = 0;     ///< seconds: end of the last packet
  double videoEnd = 0;
  int64_t frames = 0;  ///< pictures decoded
  int64_t keyFrames = 0;
  double worstStep = 0;  ///< seconds: the largest step between two pictures
  double smallestStep = 1e9;
  std::vector<std::string> codecs;
  std::vector<std::string> chapters;
};
Probe probe(const std::string& path);
/// What a decode of all of them complains of; much faster than a probe() of each.
std::string complaintsOf(const std::vector<std::string>& paths);

/// The power of a tone from `from` to `to` seconds, in dB of full scale.
double toneLevel(const std::string& path, double hertz, double from, double to);

/// The mean colour of a few pixels at a place given in ratios, of the picture at `at` seconds.
struct Colour {
  int r = 0;
  int g = 0;
  int b = 0;
};
Colour colourAt(const std::string& path, double at, double x, double y);
/// The same of every picture.
std::vector<Colour> coloursAt(const std::string& path, double x, double y);
/// Sizes of the decoded pictures ("640x360"), each named again where it changes.
std::vector<std::string> sizesOf(const std::string& path);

}  // namespace tributary::test
