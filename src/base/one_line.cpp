#include "base/one_line.h"

namespace tributary {
namespace {

std::string escaped(unsigned char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (byte) {
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
  }
}

/// How many bytes of `text` are one control character; 0 when it begins with another.
size_t controlLength(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (first < 0x20 || first == 0x7f) return 1;
  if (first == 0xc2 && text.size() > 1 && static_cast<unsigned char>(text[1]) < 0xa0) return 2;
  return text.starts_with("\xe2\x80\xa8") || text.starts_with("\xe2\x80\xa9") ? 3 : 0;
}

}  // namespace

std::string oneLine(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t control = controlLength(text);
    for (const char byte : text.substr(0, control))
      out += escaped(static_cast<unsigned char>(byte));
    if (control == 0) out += text[0];
    text.remove_prefix(control == 0 ? 1 : control);
  }
  return out;
}

}  // namespace tributary
