// libFuzzer: client messages and channel frames. What is accepted must survive the way to the room process.
#include <cstdlib>

#include "ipc/framing.h"
#include "protocol/client_message.h"

using namespace tributary;

namespace {

void readFrames(std::string_view bytes) {
  FrameReader reader;
  reader.append(bytes);
  for (auto frame = reader.next(); frame && *frame; frame = reader.next()) {
    if ((*frame)->empty() || (*frame)->size() > maxFrameBytes) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  readFrames(text);
  const auto parsed = parseClientMessage(text);
  if (!parsed) return 0;
  const Json written = toJson(parsed->message);
  const auto again = parseClientMessage(written);
  if (!again || toJson(again->message).dump() != written.dump()) std::abort();
  return 0;
}
