#include "speech.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>

namespace tributary::test {

Sound speak(const std::string& voice, const std::string& text) {
  const std::string command = "espeak-ng -v " + voice + " -s 165 --stdout \"" + text + "\"";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::vector<uint8_t> wav;
  std::array<uint8_t, 4096> part{};
  while (const size_t got = pipe ? fread(part.data(), 1, part.size(), pipe.get()) : 0)
    wav.insert(wav.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(got));
  constexpr size_t header = 44;
  constexpr double from = 22050;
  constexpr double to = 48000;
  Sound out;
  if (wav.size() <= header) return out;
  std::vector<int16_t> samples((wav.size() - header) / 2);
  std::memcpy(samples.data(), wav.data() + header, samples.size() * 2);
  for (double at = 0; at < static_cast<double>(samples.size() - 1); at += from / to) {
    const auto i = static_cast<size_t>(at);
    const double part2 = at - static_cast<double>(i);
    out.push_back(static_cast<float>((samples[i] * (1 - part2) + samples[i + 1] * part2) / 32768));
  }
  const auto loud = [](float sample) { return std::abs(sample) > 0.02F; };
  const auto first = std::find_if(out.begin(), out.end(), loud);
  const auto last = std::find_if(out.rbegin(), out.rend(), loud).base();
  return first < last ? Sound(first, last) : Sound();
}

}  // namespace tributary::test
