#pragma once

typedef struct _GstClock GstClock;

namespace tributary::bench {

/// A clock that goes so many times slower than the machine's. A pipeline that needs eight processors runs on
/// one by it as it would on eight: its threads sleep until something comes, and wake one another for each
/// packet. Transfer full. Its waits are those of the system's clock; it does not wait asynchronously.
GstClock* makeSlowClock(double times);

}  // namespace tributary::bench
