#pragma once

namespace tributary {

/// What `tributary-room` does besides running a room: `--check-profile FILE…` and `--preview FILE -o DIR`
/// (docs/config.md). GStreamer is initialised. Exit code: 0 right, 1 mistakes or nothing could be written,
/// 64 wrong arguments.
int runProfileTool(int argc, char** argv);

}  // namespace tributary
