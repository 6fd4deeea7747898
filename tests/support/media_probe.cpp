#include "media_probe.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numbers>
#include <sstream>

namespace tributary::test {
namespace {

std::string inQuotes(const std::string& path) {
  std::string out = "'";
  for (const char c : path)
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

std::string run(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string out;
  char piece[65536];
  size_t got = 0;
  while ((got = fread(piece, 1, sizeof piece, pipe.get())) > 0)
    out.append(piece, got);
  return out;
}

double numberOf(const Json& value) {
  return std::atof(value.stringOr("0").c_str());
}

void readPackets(const Json& packets, Probe& out) {
  double last = -1;
  for (const auto& packet : packets.elements()) {
    const double time = numberOf(packet["pts_time"]);
    const double end = time + numberOf(packet["duration_time"]);
    if (packet["codec_type"].stringOr("") == "audio") {
      out.audioEnd = std::max(out.audioEnd, end);
      continue;
    }
    out.videoEnd = std::max(out.videoEnd, end);
    if (packet["flags"].stringOr("").starts_with("K")) ++out.keyFrames;
    if (last >= 0) {
      out.worstStep = std::max(out.worstStep, time - last);
      out.smallestStep = std::min(out.smallestStep, time - last);
    }
    last = time;
  }
}

std::vector<Colour> coloursOf(const std::string& path, const std::string& from, const std::string& pictures,
                              double x, double y) {
  const std::string crop = "crop=8:8:iw*" + std::to_string(x) + ":ih*" + std::to_string(y) + ",scale=1:1";
  const std::string pixels = run("ffmpeg -v quiet " + from + " -i " + inQuotes(path) + " " + pictures +
                                 " -vf " + inQuotes(crop) + " -f rawvideo -pix_fmt rgb24 -");
  std::vector<Colour> out;
  const auto channel = [&pixels](size_t i) { return static_cast<int>(static_cast<uint8_t>(pixels[i])); };
  for (size_t i = 0; i + 3 <= pixels.size(); i += 3)
    out.push_back({channel(i), channel(i + 1), channel(i + 2)});
  return out;
}

}  // namespace

std::string complaintsOf(const std::vector<std::string>& paths) {
  constexpr size_t atOnce = 20;
  std::string out;
  for (size_t from = 0; from < paths.size(); from += atOnce) {
    std::string inputs;
    std::string maps;
    for (size_t i = from; i < std::min(paths.size(), from + atOnce); ++i) {
      inputs += " -i " + inQuotes(paths[i]);
      maps += " -map " + std::to_string(i - from);
    }
    out += run("ffmpeg -v error -xerror" + inputs + maps + " -f null - 2>&1");
  }
  return out;
}

Probe probe(const std::string& path) {
  Probe out;
  // Its own time base here is one frame of the rate that it guesses: too coarse where the rate changes.
  out.complaints =
      run("ffmpeg -v error -xerror -i " + inQuotes(path) + " -enc_time_base:v 1:90000 -f null - 2>&1");
  out.complaints += run("ffprobe -v error " + inQuotes(path) + " 2>&1");
  const auto json =
      Json::parse(run("ffprobe -v quiet -of json -show_format -show_streams -show_chapters -count_frames "
                      "-show_packets " +
                      inQuotes(path)));
  if (!json) {
    out.complaints += "ffprobe gave no JSON";
    return out;
  }
  out.duration = numberOf((*json)["format"]["duration"]);
  for (const auto& stream : (*json)["streams"].elements()) {
    out.codecs.push_back(stream["codec_name"].stringOr("?"));
    if (stream["codec_type"].stringOr("") == "video")
      out.frames = static_cast<int64_t>(numberOf(stream["nb_read_frames"]));
  }
  for (const auto& chapter : (*json)["chapters"].elements())
    out.chapters.push_back(chapter["tags"]["title"].stringOr(""));
  readPackets((*json)["packets"], out);
  return out;
}

double toneLevel(const std::string& path, double hertz, double from, double to) {
  const std::string pcm = run("ffmpeg -v quiet -i " + inQuotes(path) + " -vn -ss " + std::to_string(from) +
                              " -to " + std::to_string(to) + " -f f32le -ac 1 -ar 48000 -");
  const auto* samples = reinterpret_cast<const float*>(pcm.data());
  const size_t count = pcm.size() / sizeof(float);
  double re = 0;
  double im = 0;
  for (size_t i = 0; i < count; ++i) {
    const double phase = 2 * std::numbers::pi * hertz * static_cast<double>(i) / 48000;
    re += samples[i] * std::cos(phase);
    im += samples[i] * std::sin(phase);
  }
  if (count == 0) return -200;
  const double amplitude = 2 * std::hypot(re, im) / static_cast<double>(count);
  return 20 * std::log10(amplitude + 1e-10);
}

Colour colourAt(const std::string& path, double at, double x, double y) {
  const auto seen = coloursOf(path, "-ss " + std::to_string(at), "-frames:v 1", x, y);
  return seen.empty() ? Colour{-1, -1, -1} : seen.front();
}

std::vector<Colour> coloursAt(const std::string& path, double x, double y) {
  return coloursOf(path, "", "-fps_mode passthrough", x, y);
}

std::vector<std::string> sizesOf(const std::string& path) {
  std::istringstream lines(
      run("ffprobe -v quiet -select_streams v -show_entries frame=width,height "
          "-of csv=p=0:s=x " +
          inQuotes(path)));
  std::vector<std::string> out;
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && line.back() == 'x')
      line.pop_back();
    if (!line.empty() && (out.empty() || out.back() != line)) out.push_back(line);
  }
  return out;
}

}  // namespace tributary::test
