#include "media/snapshot.h"

#include <gio/gio.h>
#include <gst/gst.h>
#include <libyuv.h>
#include <turbojpeg.h>

#include "base/main_context.h"
#include "glib/object_ptr.h"
#include "media/ticker.h"

namespace tributary {
namespace {

struct Compressor {
  void operator()(void* handle) const { tjDestroy(handle); }
};

struct TurboFree {
  void operator()(unsigned char* memory) const { tjFree(memory); }
};

/// JPEG's luma goes from 0 to 255, the canvas's from 16 to 235 (BT.601's): through RGB, so that black is
/// black.
Result<std::string> toJpeg(GstBuffer* canvas, const CanvasFormat& format) {
  const std::unique_ptr<void, Compressor> compressor(tjInitCompress());
  GstMapInfo map;
  if (!compressor || !gst_buffer_map(canvas, &map, GST_MAP_READ)) {
    return fail(ErrorCode::internal, "the picture cannot be read");
  }
  const PictureView view = viewOf(map, format);
  std::vector<uint8_t> bgrx(static_cast<size_t>(view.width) * view.height * 4);
  libyuv::I420ToARGB(view.plane[0], view.stride[0], view.plane[1], view.stride[1], view.plane[2],
                     view.stride[2], bgrx.data(), view.width * 4, view.width, view.height);
  gst_buffer_unmap(canvas, &map);
  unsigned char* out = nullptr;
  unsigned long size = 0;
  const int failed = tjCompress2(compressor.get(), bgrx.data(), view.width, 0, view.height, TJPF_BGRX, &out,
                                 &size, TJSAMP_420, Snapshot::quality, 0);
  const std::unique_ptr<unsigned char, TurboFree> owned(out);
  if (failed != 0) return fail(ErrorCode::internal, tjGetErrorStr2(compressor.get()));
  return std::string(reinterpret_cast<const char*>(out), size);
}

/// What the pool's thread works on: nothing of the room's.
struct Job {
  GstBuffer* canvas;
  CanvasFormat format;
  std::function<void(Result<std::string>)> done;

  ~Job() { gst_buffer_unref(canvas); }
};

}  // namespace

Snapshot::~Snapshot() {
  shared_->wanted = false;
  shared_->owner = nullptr;
  finished(
      fail(ErrorCode::internal, "the canvas was changed, or the room closed, before the picture was taken"));
}

void Snapshot::request(Done done) {
  shared_->owner = this;
  if (waiting_.empty() && monotonicNow() - lastAt_ < minInterval) return done(last_);
  waiting_.push_back(std::move(done));
  if (waiting_.size() == 1) shared_->wanted = true;
}

void Snapshot::offer(GstBuffer* canvas) {
  if (!shared_->wanted.exchange(false)) return;
  auto job = std::make_unique<Job>();
  job->canvas = gst_buffer_ref(canvas);
  job->format = format_;
  job->done = [weak = std::weak_ptr(shared_)](Result<std::string> jpeg) {
    main_context::post([weak, jpeg = std::move(jpeg)] {
      const auto shared = weak.lock();
      if (shared && shared->owner != nullptr) shared->owner->finished(jpeg);
    });
  };
  const auto task = ObjectPtr<GTask>::adopt(g_task_new(nullptr, nullptr, nullptr, nullptr));
  g_task_set_task_data(task.get(), job.release(), [](gpointer data) { delete static_cast<Job*>(data); });
  g_task_run_in_thread(task.get(), [](GTask* self, gpointer, gpointer data, GCancellable*) {
    auto* work = static_cast<Job*>(data);
    work->done(toJpeg(work->canvas, work->format));
    g_task_return_boolean(self, TRUE);
  });
}

void Snapshot::finished(const Result<std::string>& jpeg) {
  last_ = jpeg;
  lastAt_ = jpeg ? monotonicNow() : -minInterval;
  const auto waiting = std::exchange(waiting_, {});
  for (const auto& done : waiting)
    done(jpeg);
}

}  // namespace tributary
