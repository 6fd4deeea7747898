#pragma once

#include "glib/json.h"

namespace tributary {

/// A JSON Schema of what clients say, made of the rules that read it. It refuses nothing that the server
/// takes; the server's own checks go further (bytes, the inside of SDP, who may say it). Pure.
Json clientMessageSchema();

}  // namespace tributary
