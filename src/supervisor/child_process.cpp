#include "supervisor/child_process.h"

#include <cstring>
#include <utility>

namespace tributary {

Result<std::shared_ptr<ChildProcess>> ChildProcess::start(const std::string& program, UniqueFd channel) {
  constexpr int channelFd = 3;
  const auto launcher =
      ObjectPtr<GSubprocessLauncher>::adopt(g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE));
  g_subprocess_launcher_take_fd(launcher.get(), channel.release(), channelFd);
  GError* error = nullptr;
  GSubprocess* process = g_subprocess_launcher_spawn(launcher.get(), &error, program.c_str(), nullptr);
  if (process == nullptr) {
    return tl::unexpected(takeError(error, ErrorCode::internal, "the room program cannot be started"));
  }
  const std::shared_ptr<ChildProcess> child(new ChildProcess);
  child->process_ = ObjectPtr<GSubprocess>::adopt(process);
  const char* id = g_subprocess_get_identifier(process);
  child->pid_ = id != nullptr ? static_cast<pid_t>(std::strtol(id, nullptr, 10)) : 0;
  child->waitForExit();
  return child;
}

void ChildProcess::waitForExit() {
  auto* self = new std::shared_ptr<ChildProcess>(shared_from_this());
  g_subprocess_wait_async(
      process_.get(), nullptr,
      [](GObject* source, GAsyncResult* result, gpointer data) {
        const std::unique_ptr<std::shared_ptr<ChildProcess>> child(
            static_cast<std::shared_ptr<ChildProcess>*>(data));
        g_subprocess_wait_finish(G_SUBPROCESS(source), result, nullptr);
        (*child)->exited_ = true;
        if (const auto handler = std::exchange((*child)->onExit_, nullptr)) handler((*child)->describeExit());
      },
      self);
}

void ChildProcess::signal(int number) {
  if (running()) g_subprocess_send_signal(process_.get(), number);
}

std::string ChildProcess::describeExit() const {
  if (g_subprocess_get_if_signaled(process_.get())) {
    return std::string("ended by signal ") + strsignal(g_subprocess_get_term_sig(process_.get()));
  }
  return "exited with status " + std::to_string(g_subprocess_get_exit_status(process_.get()));
}

}  // namespace tributary
