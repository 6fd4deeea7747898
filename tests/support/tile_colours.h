#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "signalling_client.h"

namespace tributary::test {

/// The identity the server gave that client; empty before it has joined.
std::string identityOf(const SignallingClient& client);

/// The layout the client was last told of; empty before.
std::string layoutOf(const SignallingClient& client);

/// Its tiles, in the order they are drawn; null before.
Json lastTiles(const SignallingClient& client);

/// 0xRRGGBB that people send, by identity.
using SentColours = std::map<std::string, uint32_t>;

/// What is wrong with the picture that `client` has now: a line for each tile, of those it was last told of,
/// that has not its person's colour (a camera's is looked at in its upper left, where no name is; a screen's
/// in the middle), and one when there are no tiles. People without an entry are not looked at.
std::vector<std::string> wrongTiles(const SignallingClient& client, const SentColours& cameras,
                                    const SentColours& screens = {});

}  // namespace tributary::test
