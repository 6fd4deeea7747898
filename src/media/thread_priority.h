#pragma once

typedef struct _GstElement GstElement;

namespace tributary {

/// Puts this thread before those that decode and encode: mixing and sending take well under a millisecond at
/// a time, and are late for everybody when late. Without the right (RLIMIT_RTPRIO, docs/operations.md) it
/// takes its turn like any thread.
void preferThisThread();

/// The threads that receive a peer's packets (nicesrc) hold the RTP session's lock now and then, which
/// senders wait for: they get a larger share (nice −10, RLIMIT_NICE), but no priority, since what they do is
/// for the peer to decide. Threads come from a pool and go back to it as they were. Before the pipeline
/// leaves NULL. Thread: owner.
void preferNetworkThreads(GstElement* pipeline);

}  // namespace tributary
