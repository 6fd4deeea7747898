#include "protocol/sdp_codecs.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace tributary::sdp {
namespace {

using Kind = SdpMedia::Kind;
using Fmtp = std::map<std::string, std::string>;

struct KnownCodec {
  std::string_view name;
  Kind kind;
  int clockRate;
  int channels;
};

/// Clock rates that are fixed by the payload formats' RFCs; a wrong one upsets jitter buffers.
constexpr std::array<KnownCodec, 4> fixedRates{{{"OPUS", Kind::audio, 48000, 2},
                                                {"PCMU", Kind::audio, 8000, 1},
                                                {"PCMA", Kind::audio, 8000, 1},
                                                {"G722", Kind::audio, 8000, 1}}};

/// Payload types that RFC 3551 names, so that an offer may leave out the rtpmap.
constexpr std::array<std::pair<int, KnownCodec>, 4> staticTypes{{{0, {"PCMU", Kind::audio, 8000, 1}},
                                                                 {8, {"PCMA", Kind::audio, 8000, 1}},
                                                                 {9, {"G722", Kind::audio, 8000, 1}},
                                                                 {13, {"CN", Kind::audio, 8000, 1}}}};

/// Helpers of other codecs, never chosen by themselves.
constexpr std::array<std::string_view, 7> helpers = {"RTX",        "RED", "ULPFEC",         "FLEXFEC",
                                                     "FLEXFEC-03", "CN",  "TELEPHONE-EVENT"};

bool isHelper(const std::string& name) {
  return std::ranges::find(helpers, name) != helpers.end();
}

class CodecReader {
 public:
  CodecReader(const Section& section, Kind kind) : section_(section), kind_(kind) {}

  Result<void> readFormats(const std::vector<std::string_view>& formats, const SdpLimits& limits) {
    const Line& mLine = section_.front();
    if (formats.empty()) return refuse(mLine, "the m-line lists no payload type");
    if (formats.size() > static_cast<size_t>(limits.maxPayloadTypes)) {
      return refuse(mLine, "more than " + std::to_string(limits.maxPayloadTypes) + " payload types");
    }
    for (const auto word : formats) {
      const auto type = number(word, 127);
      // RFC 5761: with rtcp-mux these numbers look like RTCP packets.
      if (!type || (*type >= 64 && *type <= 95)) {
        return refuse(mLine, "payload type " + shown(word) + ": must be 0 to 63 or 96 to 127");
      }
      if (!order_.empty() && std::ranges::find(order_, *type) != order_.end()) {
        return refuse(mLine, "payload type " + std::to_string(*type) + " twice");
      }
      order_.push_back(static_cast<int>(*type));
    }
    return {};
  }

  Result<void> readAttributes() {
    for (const Line& line : section_) {
      if (line.type != 'a') continue;
      Result<void> read;
      if (line.attribute() == "rtpmap") read = readRtpmap(line);
      if (line.attribute() == "fmtp") read = readFmtp(line);
      if (line.attribute() == "rtcp-fb") read = readFeedback(line);
      if (!read) return read;
    }
    return {};
  }

  Result<Codecs> finish() {
    addStaticTypes();
    Codecs out;
    for (const int type : order_) {
      const auto at = types_.find(type);
      if (at == types_.end()) {
        return refuse(section_.front(), "payload type " + std::to_string(type) + " has no a=rtpmap");
      }
      out.payloadTypes.push_back(at->second);
      if (!isHelper(at->second.name)) out.codecs.push_back(codecOf(at->second));
    }
    if (auto paired = pairRetransmissions(out.codecs); !paired) return tl::unexpected(paired.error());
    return out;
  }

 private:
  /// The payload type at the head of an attribute; refuses one the m-line does not list.
  Result<int> listed(const Line& line, std::string_view word) const {
    const auto type = number(word, 127);
    if (!type || std::ranges::find(order_, static_cast<int>(*type)) == order_.end()) {
      return refuse(line, "a=" + std::string(line.attribute()) + " for " + shown(word) +
                              ", which the m-line does not list");
    }
    return static_cast<int>(*type);
  }

  Result<void> readRtpmap(const Line& line) {
    const auto parts = words(line.argument());
    if (parts.size() != 2) return refuse(line, "must be a=rtpmap:<payload type> <name>/<rate>[/<channels>]");
    const auto type = listed(line, parts[0]);
    if (!type) return tl::unexpected(type.error());
    const auto encoding = words(parts[1], '/');
    if (encoding.size() < 2 || encoding.size() > 3 || !isToken(encoding[0], 32)) {
      return refuse(line, "must be a=rtpmap:<payload type> <name>/<rate>[/<channels>]");
    }
    const auto rate = number(encoding[1], 192000);
    const auto channels = encoding.size() == 3 ? number(encoding[2], 8) : 1;
    if (!rate || *rate < 1000 || !channels || *channels < 1)
      return refuse(line, "the clock rate or the channels");
    const PayloadType read{*type, upper(encoding[0]), static_cast<int>(*rate), static_cast<int>(*channels)};
    if (auto right = checkRate(line, read); !right) return right;
    if (!types_.emplace(*type, read).second)
      return refuse(line, "a second a=rtpmap for the same payload type");
    return {};
  }

  Result<void> checkRate(const Line& line, const PayloadType& type) const {
    if (kind_ == Kind::video) {
      if (type.clockRate == 90000 && type.channels == 1) return {};
      return refuse(line, "the clock rate of a video payload type must be 90000");
    }
    for (const auto& known : fixedRates) {
      if (known.name != type.name) continue;
      if (known.clockRate == type.clockRate && known.channels == type.channels) return {};
      return refuse(line, type.name + " must be " + std::to_string(known.clockRate) + "/" +
                              std::to_string(known.channels));
    }
    return {};
  }

  Result<void> readFmtp(const Line& line) {
    const std::string_view argument = line.argument();
    const size_t blank = argument.find(' ');
    const auto type = listed(line, argument.substr(0, blank));
    if (!type) return tl::unexpected(type.error());
    if (blank == std::string_view::npos) return refuse(line, "a=fmtp without parameters");
    if (!withFmtp_.insert(*type).second) return refuse(line, "a second a=fmtp for the same payload type");
    for (auto part : words(argument.substr(blank + 1), ';')) {
      while (part.starts_with(' '))
        part.remove_prefix(1);
      const size_t equals = part.find('=');
      // red ("111/111") and telephone-event ("0-15") have parameters without a name.
      if (equals == std::string_view::npos) continue;
      const auto key = part.substr(0, equals);
      if (!isToken(key, 64)) return refuse(line, "the parameter name " + shown(key));
      if (!fmtp_[*type].emplace(lower(key), part.substr(equals + 1)).second) {
        return refuse(line, "the parameter " + shown(key) + " twice");
      }
    }
    return checkFmtp(line, fmtp_[*type]);
  }

  Result<void> checkFmtp(const Line& line, const Fmtp& fmtp) const {
    const auto profile = fmtp.find("profile-level-id");
    if (profile != fmtp.end() && kind_ == Kind::video &&
        (profile->second.size() != 6 || !isHex(profile->second)) && !fmtp.contains("level-id")) {
      return refuse(line, "profile-level-id must be six hexadecimal digits");
    }
    const auto apt = fmtp.find("apt");
    if (apt == fmtp.end()) return {};
    const auto target = listed(line, apt->second);
    return target ? Result<void>() : tl::unexpected(target.error());
  }

  Result<void> readFeedback(const Line& line) {
    const auto parts = words(line.argument());
    if (parts.size() < 2 || !isToken(parts[1], 32))
      return refuse(line, "must be a=rtcp-fb:<payload type> <kind>");
    if (parts[0] != "*") {
      if (const auto type = listed(line, parts[0]); !type) return tl::unexpected(type.error());
    }
    const std::string feedback = lower(line.argument().substr(parts[0].size() + 1));
    feedback_[std::string(parts[0])].insert(feedback);
    return {};
  }

  void addStaticTypes() {
    for (const auto& [type, known] : staticTypes) {
      if (std::ranges::find(order_, type) == order_.end() || kind_ != known.kind) continue;
      types_.try_emplace(type, PayloadType{type, std::string(known.name), known.clockRate, known.channels});
    }
  }

  bool hasFeedback(int type, const std::string& feedback) const {
    const auto has = [&](const std::string& key) {
      const auto at = feedback_.find(key);
      return at != feedback_.end() && at->second.contains(feedback);
    };
    return has("*") || has(std::to_string(type));
  }

  SdpCodec codecOf(const PayloadType& type) const {
    SdpCodec codec;
    codec.payloadType = type.number;
    codec.name = type.name;
    codec.clockRate = type.clockRate;
    codec.channels = type.channels;
    if (const auto at = fmtp_.find(type.number); at != fmtp_.end()) codec.fmtp = at->second;
    codec.nack = hasFeedback(type.number, "nack");
    codec.nackPli = hasFeedback(type.number, "nack pli");
    codec.ccmFir = hasFeedback(type.number, "ccm fir");
    codec.transportCc = hasFeedback(type.number, "transport-cc");
    codec.googRemb = hasFeedback(type.number, "goog-remb");
    return codec;
  }

  Result<void> pairRetransmissions(std::vector<SdpCodec>& codecs) const {
    for (const auto& [number, type] : types_) {
      if (type.name != "RTX") continue;
      const auto parameters = fmtp_.find(number);
      const auto apt = parameters != fmtp_.end() ? parameters->second.find("apt") : Fmtp::const_iterator();
      if (parameters == fmtp_.end() || apt == parameters->second.end()) {
        return refuse(section_.front(),
                      "rtx payload type " + std::to_string(number) + " needs an a=fmtp with apt");
      }
      const int target = std::stoi(apt->second);
      if (types_.at(target).name == "RTX") {
        return refuse(section_.front(),
                      "rtx payload type " + std::to_string(number) + " repairs another rtx");
      }
      const auto codec = std::ranges::find(codecs, target, &SdpCodec::payloadType);
      if (codec == codecs.end()) continue;  // rtx of red and the like
      if (codec->rtxPayloadType) {
        return refuse(section_.front(), "two rtx payload types for " + std::to_string(target));
      }
      codec->rtxPayloadType = number;
    }
    return {};
  }

  const Section& section_;
  const Kind kind_;
  std::vector<int> order_;
  std::map<int, PayloadType> types_;
  std::map<int, Fmtp> fmtp_;
  std::set<int> withFmtp_;
  std::map<std::string, std::set<std::string>> feedback_;
};

}  // namespace

Result<Codecs> readCodecs(const Section& section, Kind kind, const std::vector<std::string_view>& formats,
                          const SdpLimits& limits) {
  CodecReader reader(section, kind);
  if (auto read = reader.readFormats(formats, limits); !read) return tl::unexpected(read.error());
  if (auto read = reader.readAttributes(); !read) return tl::unexpected(read.error());
  return reader.finish();
}

}  // namespace tributary::sdp
