#include "tile_colours.h"

#include <algorithm>
#include <cstdlib>

namespace tributary::test {
namespace {

/// The last layoutChanged, or null.
Json lastLayout(const SignallingClient& client) {
  const auto& messages = client.messages();
  const auto last = std::find_if(messages.rbegin(), messages.rend(), [](const Json& message) {
    return message["type"].stringOr("") == "layoutChanged";
  });
  return last != messages.rend() ? *last : Json();
}

/// After two lossy codecs.
bool like(const TestPeer::Rgb& seen, uint32_t colour) {
  const auto near = [](int a, uint32_t b) { return std::abs(a - static_cast<int>(b & 0xff)) < 48; };
  return near(seen.r, colour >> 16) && near(seen.g, colour >> 8) && near(seen.b, colour);
}

}  // namespace

std::string identityOf(const SignallingClient& client) {
  for (const auto& message : client.messages())
    if (message["type"].stringOr("") == "joined") return message["participant"]["identity"].stringOr("");
  return "";
}

std::string layoutOf(const SignallingClient& client) {
  return lastLayout(client)["layout"].stringOr("");
}

Json lastTiles(const SignallingClient& client) {
  return lastLayout(client)["tiles"];
}

std::vector<std::string> wrongTiles(const SignallingClient& client, const SentColours& cameras,
                                    const SentColours& screens) {
  const Json tiles = lastTiles(client);
  if (tiles.size() == 0) return {"there are no tiles"};
  std::vector<std::string> out;
  for (const auto& tile : tiles.elements()) {
    const bool isScreen = tile["source"].stringOr("") == "screen";
    const auto& sent = isScreen ? screens : cameras;
    const auto colour = sent.find(tile["identity"].stringOr(""));
    if (colour == sent.end()) continue;
    const double inside = isScreen ? 0.5 : 0.15;
    const auto seen = client.peer()->pixel(tile["left"].numberOr(0) + inside * tile["width"].numberOr(0),
                                           tile["top"].numberOr(0) + inside * tile["height"].numberOr(0));
    if (like(seen, colour->second)) continue;
    out.push_back((isScreen ? "the screen of " : "") + colour->first + " is " + std::to_string(seen.r) + " " +
                  std::to_string(seen.g) + " " + std::to_string(seen.b));
  }
  return out;
}

}  // namespace tributary::test
