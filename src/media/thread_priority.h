#pragma once

typedef struct _GstElement GstElement;

namespace tributary {

/// Puts this thread before those that decode and encode: mixing and sending take well under a millisecond at
/// a time, and are late for everybody when late. Without the right (RLIMIT_RTPRIO, docs/operations.md) it
/// takes its turn like any thread.
void preferThisThread();

/// Does so for the streaming threads of the pipeline's appsrcs, for as long as a thread serves them
/// (GStreamer's threads come from a pool and go back to it). Before the pipeline leaves NULL. Thread: owner.
void preferSourceThreads(GstElement* pipeline);

}  // namespace tributary
