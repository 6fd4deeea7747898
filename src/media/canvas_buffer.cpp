#include "media/canvas_buffer.h"

#include <gst/video/video.h>

#include <atomic>

namespace tributary {
namespace {

// One being drawn, two waiting and one being encoded in each of a few renditions that lag differently.
constexpr unsigned mostBuffers = 8;
/// One in so many gives its memory back, so that what a busy moment has needed is not kept for good.
constexpr unsigned renewal = 100;

GstVideoInfo infoOf(const CanvasFormat& format) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, static_cast<guint>(format.width),
                            static_cast<guint>(format.height));
  return info;
}

}  // namespace

GstCaps* canvasCaps(const CanvasFormat& format) {
  GstVideoInfo info = infoOf(format);
  info.fps_n = format.framerate;
  info.fps_d = 1;
  return gst_video_info_to_caps(&info);
}

GstBufferPool* makeCanvasPool(const CanvasFormat& format) {
  GstCaps* caps = canvasCaps(format);
  GstBufferPool* pool = gst_video_buffer_pool_new();
  GstStructure* config = gst_buffer_pool_get_config(pool);
  gst_buffer_pool_config_set_params(config, caps, static_cast<guint>(infoOf(format).size), 2, mostBuffers);
  gst_buffer_pool_set_config(pool, config);
  gst_buffer_pool_set_active(pool, TRUE);
  gst_caps_unref(caps);
  return pool;
}

GstBuffer* takeCanvas(GstBufferPool* pool) {
  GstBufferPoolAcquireParams params{};
  params.flags = GST_BUFFER_POOL_ACQUIRE_FLAG_DONTWAIT;
  GstBuffer* buffer = nullptr;
  if (gst_buffer_pool_acquire_buffer(pool, &buffer, &params) != GST_FLOW_OK) return nullptr;
  static std::atomic<unsigned> taken = 0;
  // The flag says that the memory is no longer the pool's own, which then frees it.
  if (++taken % renewal == 0) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_TAG_MEMORY);
  return buffer;
}

PictureView viewOf(const GstMapInfo& map, const CanvasFormat& format) {
  const GstVideoInfo info = infoOf(format);
  PictureView out{format.width, format.height, {}, {}};
  for (size_t i = 0; i < 3; ++i) {
    out.plane[i] = map.data + GST_VIDEO_INFO_PLANE_OFFSET(&info, i);
    out.stride[i] = GST_VIDEO_INFO_PLANE_STRIDE(&info, i);
  }
  return out;
}

}  // namespace tributary
