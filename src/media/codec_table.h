#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "glib/object_ptr.h"

typedef struct _GstElement GstElement;

namespace tributary {

/// How one video codec is handled. The elements' names are ours, never a user's.
struct VideoCodec {
  std::string_view name;  ///< as in rtpmap: "VP8"
  std::string_view depayloader;
  std::string_view parser;                 ///< between depayloader and decoder; may be empty
  std::vector<std::string_view> decoders;  ///< the first that is installed
  std::string_view payloader;
  std::string_view encodedCaps;  ///< between encoder and payloader
};

/// The codecs this build can mix, or nullptr for one it cannot. Names are upper case.
const VideoCodec* findVideoCodec(std::string_view name);
std::vector<std::string_view> videoCodecNames();

/// An encoder as an admin chose it: an element and properties in GStreamer's own text form.
struct EncoderSettings {
  std::string element;
  std::map<std::string, std::string> properties;

  bool operator==(const EncoderSettings&) const = default;
};

/// The built-in choice for a codec: what the field notes measured best per CPU.
EncoderSettings defaultEncoder(std::string_view codec);
/// The same with an admin's choice laid over it: who sets one property of the built-in element keeps the
/// others, without which it would not be live. Another element has its own properties alone.
EncoderSettings encoderWith(std::string_view codec, EncoderSettings chosen);

/// A new encoder for `bitrate` bit/s (set in the element's own unit). The error names the element or
/// property that does not exist.
Result<ObjectPtr<GstElement>> makeEncoder(const EncoderSettings& settings, int bitrate);

/// Sets the target bit rate of an encoder that may be running. Thread: any.
void setEncoderBitrate(GstElement* encoder, int bitrate);

/// A new element; the error says which one is not installed.
Result<ObjectPtr<GstElement>> makeElement(std::string_view factory, std::string_view name = {});

/// The first decoder installed, set up for one thread and no delay.
Result<ObjectPtr<GstElement>> makeDecoder(const VideoCodec& codec, const std::string& name = {});

}  // namespace tributary
