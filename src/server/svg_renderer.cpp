#include "server/svg_renderer.h"

#include <gio/gio.h>
#include <sys/resource.h>

#include "base/log.h"
#include "base/main_context.h"
#include "glib/object_ptr.h"

namespace tributary {
namespace {

constexpr rlim_t memoryBytes = 1024UL * 1024 * 1024;

/// One drawing on its way; it holds itself by the callback's data.
struct Drawing {
  ObjectPtr<GSubprocess> process;
  SvgRenderer::Done done;
  std::shared_ptr<int> running;
  Timer deadline;
  bool late = false;
};

Result<std::string> resultOf(GSubprocess* process, GBytes* out, const Drawing& drawing) {
  if (drawing.late) {
    return fail(
        ErrorCode::tooLarge,
        "the graph is too large to be drawn; ask for one participant (?participant=IDENTITY), or draw "
        "pipeline.dot yourself");
  }
  if (out == nullptr || !g_subprocess_get_successful(process)) {
    return fail(ErrorCode::internal, "dot could not draw the graph");
  }
  gsize size = 0;
  const auto* data = static_cast<const char*>(g_bytes_get_data(out, &size));
  return std::string(data, size);
}

void finished(GObject* source, GAsyncResult* result, gpointer data) {
  const std::unique_ptr<Drawing> drawing(static_cast<Drawing*>(data));
  GBytes* out = nullptr;
  GBytes* errors = nullptr;
  g_subprocess_communicate_finish(G_SUBPROCESS(source), result, &out, &errors, nullptr);
  const auto svg = resultOf(G_SUBPROCESS(source), out, *drawing);
  if (!svg && !drawing->late && errors != nullptr) {
    log::warning("graph.notDrawn",
                 {{"error", std::string_view(static_cast<const char*>(g_bytes_get_data(errors, nullptr)),
                                             std::min<size_t>(g_bytes_get_size(errors), 200))}});
  }
  if (out != nullptr) g_bytes_unref(out);
  if (errors != nullptr) g_bytes_unref(errors);
  --*drawing->running;
  drawing->done(svg);
}

void limitChild(gpointer) {
  const rlimit memory{memoryBytes, memoryBytes};
  setrlimit(RLIMIT_AS, &memory);
}

}  // namespace

void SvgRenderer::render(const std::string& dot, Done done) {
  if (*running_ >= mostAtOnce) {
    return done(fail(ErrorCode::rateLimited, "other graphs are being drawn; try again in a few seconds"));
  }
  const auto launcher = ObjectPtr<GSubprocessLauncher>::adopt(g_subprocess_launcher_new(GSubprocessFlags(
      G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE)));
  g_subprocess_launcher_set_child_setup(launcher.get(), limitChild, nullptr, nullptr);
  GError* error = nullptr;
  auto process = ObjectPtr<GSubprocess>::adopt(
      g_subprocess_launcher_spawn(launcher.get(), &error, "dot", "-Tsvg", nullptr));
  if (!process) {
    const Error why = takeError(error, ErrorCode::internal, "dot cannot be started");
    log::error("graph.noDot", {{"error", why.message}});
    return done(
        fail(ErrorCode::internal,
             "the server has no Graphviz to draw with: install graphviz, or draw pipeline.dot yourself"));
  }
  ++*running_;
  auto* drawing = new Drawing{std::move(process), std::move(done), running_, {}};
  drawing->deadline = Timer::once(deadline_, [drawing] {
    drawing->late = true;
    g_subprocess_force_exit(drawing->process.get());
  });
  GBytes* input = g_bytes_new(dot.data(), dot.size());
  g_subprocess_communicate_async(drawing->process.get(), input, nullptr, finished, drawing);
  g_bytes_unref(input);
}

}  // namespace tributary
