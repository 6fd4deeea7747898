#include "room/profile_check.h"

#include "media/encoder_check.h"

namespace tributary {

std::vector<std::string> encoderMistakes(const PipelineProfile& profile, bool trial) {
  std::vector<std::string> out;
  for (const auto& [codec, encoder] : profile.encoders) {
    const std::string path = "$.encoders." + codec;
    const EncoderSettings settings{encoder.element, encoder.properties};
    const auto mistakes = checkProperties(settings);
    for (const auto& mistake : mistakes) {
      std::string line = path;
      if (!mistake.property.empty()) line.append(".properties.").append(mistake.property);
      out.push_back(line.append(": ").append(mistake.what));
    }
    if (!trial || !mistakes.empty()) continue;
    const auto wrong = tryEncoder(codec, settings);
    if (!wrong.empty())
      out.push_back(std::string(path).append(": ").append(encoder.element).append(" ").append(wrong));
  }
  return out;
}

}  // namespace tributary
