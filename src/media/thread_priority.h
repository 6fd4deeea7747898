#pragma once

typedef struct _GstElement GstElement;

namespace tributary {

/// Gives this process a session of its own, and that a larger share of the machine than others have. Where
/// the kernel groups threads by session (sched_autogroup, on most desktops and in containers without cgroups
/// for CPU), a thread's nice value counts inside its session only, and a browser's hundred threads and the
/// room's share the machine half and half. Without the right (CAP_SYS_NICE) the share is an equal one.
void preferThisProcess();

/// Puts this thread before those that decode and encode: mixing and sending take well under a millisecond at
/// a time, and are late for everybody when late. Without the right (RLIMIT_RTPRIO, docs/operations.md) it
/// takes its turn like any thread.
void preferThisThread();

/// For a thread that receives peers' packets. It holds RTP sessions' locks now and then, which senders wait
/// for: it gets a larger share (nice −10, RLIMIT_NICE), but no priority, since what it does is for peers to
/// decide.
void preferAsReceiver();

/// The same for the threads of a peer's nicesrc. They come from a pool and go back to it as they were. Before
/// the pipeline leaves NULL. Thread: owner.
void preferNetworkThreads(GstElement* pipeline);

/// The same for a rendition's encoder, which an appsrc drives: everybody on it waits for that one thread, and
/// it has no more to do than a frame at a time. Likewise before the pipeline leaves NULL. Thread: owner.
void preferEncoderThread(GstElement* pipeline);

}  // namespace tributary
