#include "room/profile_check.h"

#include <algorithm>
#include <iterator>

#include "base/one_line.h"
#include "media/encoder_check.h"
#include "media/voice_filter.h"

namespace tributary {
namespace {

void check(const std::string& where, const std::map<std::string, PipelineProfile::Encoder>& encoders,
           bool trial, std::vector<std::string>& out) {
  for (const auto& [codec, encoder] : encoders) {
    const auto allowed = allowedEncoders(codec);
    if (std::ranges::find(allowed, encoder.element) == allowed.end()) continue;  // never made; refused before
    const std::string path = std::string(where).append(".").append(codec);
    const EncoderSettings settings{encoder.element, encoder.properties};
    const auto mistakes = checkProperties(settings);
    for (const auto& mistake : mistakes) {
      std::string line = path;
      if (!mistake.property.empty()) line.append(".properties.").append(mistake.property);
      out.push_back(oneLine(line.append(": ").append(mistake.what)));
    }
    if (!trial || !mistakes.empty()) continue;
    const auto wrong = tryEncoder(codec, settings);
    if (!wrong.empty())
      out.push_back(
          oneLine(std::string(path).append(": ").append(encoder.element).append(" ").append(wrong)));
  }
}

std::vector<std::string> encoderMistakes(const PipelineProfile& profile, bool trial) {
  std::vector<std::string> out;
  check("$.encoders", profile.encoders, trial, out);
  check("$.recording.own.encoders", profile.recording.own.encoders, trial, out);
  return out;
}

std::vector<std::string> audioMistakes(const PipelineProfile::Audio& audio) {
  std::vector<std::string> out;
  if (audio.denoise == "off" && !audio.gain) return out;
  const std::string missing = VoiceFilter::missing();
  if (missing.empty()) return out;
  if (audio.denoise != "off") out.push_back("$.audio.denoise: " + missing);
  if (audio.gain) out.push_back("$.audio.gain: " + missing);
  return out;
}

}  // namespace

std::vector<std::string> elementMistakes(const PipelineProfile& profile, bool trial) {
  auto out = encoderMistakes(profile, trial);
  std::ranges::move(audioMistakes(profile.audio), std::back_inserter(out));
  return out;
}

}  // namespace tributary
