#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "protocol/sdp_offer.h"

/// The lexical part of the SDP validator; internal to protocol/.
namespace tributary::sdp {

/// One line, `type=value`; the views point into the text that splitLines() was given.
struct Line {
  char type = 0;
  std::string_view value;
  int number = 0;    ///< from 1
  bool keep = true;  ///< whether it goes into SdpOffer::text

  /// Of an `a=` line: what stands before and after the first colon.
  std::string_view attribute() const { return value.substr(0, value.find(':')); }
  std::string_view argument() const {
    const size_t colon = value.find(':');
    return colon == std::string_view::npos ? std::string_view() : value.substr(colon + 1);
  }
};

/// Consecutive lines: the session's, or one m-line and what belongs to it.
using Section = std::vector<Line>;

/// Error invalidSdp: "SDP line 12: …".
tl::unexpected<Error> refuse(const Line& line, const std::string& what);
/// Error invalidSdp about the whole: "SDP: …".
tl::unexpected<Error> refuse(const std::string& what);

/// Splits at CRLF or LF; refuses texts beyond the limits, control characters, invalid UTF-8, lines longer
/// than 1024 bytes, and lines not of the form `x=…`.
Result<std::vector<Line>> splitLines(std::string_view text, const SdpLimits& limits);

/// The session's section first, then one for each m-line. Refuses line types with no place there.
Result<std::vector<Section>> splitSections(const std::vector<Line>& lines);

/// Words between single blanks; empty words appear as such.
std::vector<std::string_view> words(std::string_view text, char separator = ' ');

/// A decimal number without sign, of at most `most`.
std::optional<uint64_t> number(std::string_view text, uint64_t most);

/// RFC 4566 `token`, 1 to `longest` characters.
bool isToken(std::string_view text, size_t longest);
/// RFC 8839 `ice-char`s only.
bool isIceText(std::string_view text, size_t least, size_t most);
bool isHex(std::string_view text);
std::string upper(std::string_view text);
std::string lower(std::string_view text);

/// A stranger's word in an error message, cut at 40 characters.
std::string shown(std::string_view text);

/// The only line with that attribute. nullptr: there is none. Refuses a second one.
Result<const Line*> single(const Section& section, std::string_view attribute);

}  // namespace tributary::sdp
