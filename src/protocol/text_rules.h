#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace tributary::text {

/// Rules for text that strangers send: each returns the text as it may be used, or an error whose message
/// says what would be right, to be put behind the field's name ("must be …"). Pure. Input is UTF-8.

/// 1 to 64 characters of A–Z a–z 0–9 . _ -, not beginning with a dot (it becomes a folder's name).
Result<std::string> roomName(std::string_view text);
/// The same alphabet for names of layouts, profiles and identities, up to 128 characters.
Result<std::string> plainName(std::string_view text);
/// Trimmed, runs of blanks made one, control and bidi-override characters removed, cut at 64 code points;
/// "Guest" when nothing is left. Never an error.
Result<std::string> displayName(std::string_view text);
/// 1 to 2000 code points once trimmed; control characters other than line feed and tab are removed.
Result<std::string> chatText(std::string_view text);
/// Up to 8192 visible ASCII characters (a JWT, a resume token).
Result<std::string> token(std::string_view text);
/// Up to 1024 characters without control characters; empty is allowed.
Result<std::string> candidateLine(std::string_view text);
/// "moderator", "participant" or "viewer": what somebody can be made.
Result<std::string> role(std::string_view text);
/// 1 to 16 characters of RFC 4566's token alphabet.
Result<std::string> mediaId(std::string_view text);
/// 1 byte to 32 KiB; what is inside is sdp_offer.h's business. Error tooLarge.
Result<std::string> sdp(std::string_view text);

}  // namespace tributary::text
