// tributary-room: one room's media. Started by `tributary` with its channel as file descriptor 3.
#include <fcntl.h>
#include <glib-unix.h>
#include <gst/gst.h>
#include <malloc.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/end_process.h"
#include "base/log.h"
#include "base/main_context.h"
#include "media/dtls_handshake.h"
#include "media/thread_priority.h"
#include "room/profile_tool.h"
#include "room/room_service.h"

namespace {

constexpr int channelFd = 3;
constexpr int exitUsage = 64;  // sysexits.h
constexpr std::chrono::seconds exitDeadline{8};

void initGStreamer() {
  // Plugins are looked up once, by the first process that finds no registry; a room does not fork for it.
  gst_registry_fork_set_enabled(FALSE);
  gst_init(nullptr, nullptr);
  if (!tributary::shapeDtlsHandshakes()) tributary::log::warning("room.dtlsUnshaped");
}

/// glibc raises this threshold with every large block that is freed, up to 32 MB. Pictures would then lie in
/// its arenas between small things that outlive them, and hold their pages: 6 of 105 MB with four cameras.
void keepPicturesOutOfArenas() {
  mallopt(M_MMAP_THRESHOLD, 256 * 1024);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1) {
    tributary::log::captureGlib();
    tributary::main_context::claim();
    initGStreamer();
    return tributary::runProfileTool(argc, argv);
  }
  if (fcntl(channelFd, F_GETFD) < 0) {
    std::fputs("tributary-room is started by tributary: there is no channel on file descriptor 3\n", stderr);
    return exitUsage;
  }
  fcntl(channelFd, F_SETFD, FD_CLOEXEC);
  signal(SIGPIPE, SIG_IGN);
  tributary::preferThisProcess();
  keepPicturesOutOfArenas();
  tributary::log::captureGlib();
  tributary::main_context::claim();
  initGStreamer();

  const std::unique_ptr<GMainLoop, decltype(&g_main_loop_unref)> loop(g_main_loop_new(nullptr, FALSE),
                                                                      g_main_loop_unref);
  const auto quit = [&loop](const std::string& reason) {
    tributary::log::info("room.ending", {{"reason", reason}});
    g_main_loop_quit(loop.get());
  };
  g_unix_signal_add(
      SIGTERM,
      [](gpointer data) -> gboolean {
        g_main_loop_quit(static_cast<GMainLoop*>(data));
        return G_SOURCE_REMOVE;
      },
      loop.get());
  {
    tributary::RoomService service(tributary::UniqueFd(channelFd), quit);
    tributary::MediaPipeline::warmUp();
    g_main_loop_run(loop.get());
    // Taking media down may hang in somebody else's code; a process that should end ends.
    signal(SIGALRM, [](int) { std::_Exit(EXIT_FAILURE); });
    alarm(static_cast<unsigned>(exitDeadline.count()));
  }
  tributary::endProcess(EXIT_SUCCESS);
}
