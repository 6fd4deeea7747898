#include "media/dtls_identity.h"

#include <glib.h>

#include <memory>
#include <string_view>

#include "glib/object_ptr.h"

namespace tributary {

std::string certificateFingerprint(const char* pem) {
  constexpr std::string_view begin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view end = "-----END CERTIFICATE-----";
  const std::string_view text = pem != nullptr ? pem : "";
  const size_t from = text.find(begin);
  const size_t to = text.find(end);
  if (from == std::string_view::npos || to == std::string_view::npos || to < from) return {};
  const std::string base64(text.substr(from + begin.size(), to - from - begin.size()));
  gsize size = 0;
  const std::unique_ptr<guchar, GFree> der(g_base64_decode(base64.c_str(), &size));
  const std::unique_ptr<char, GFree> hex(g_compute_checksum_for_data(G_CHECKSUM_SHA256, der.get(), size));
  const std::unique_ptr<char, GFree> upper(g_ascii_strup(hex.get(), -1));
  return upper.get();
}

}  // namespace tributary
