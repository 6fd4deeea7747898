#pragma once

namespace tributary {

/// Ends the process without what is registered for its end. Threads that were left to themselves (a disk or a
/// storage that hangs, one that is just ending) may still use what OpenSSL, GLib and C++ would take down
/// beneath them: OpenSSL's own cleanup beside an ending thread corrupts the heap. Standard output and error
/// are flushed.
[[noreturn]] void endProcess(int code);

}  // namespace tributary
