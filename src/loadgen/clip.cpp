#include "loadgen/clip.h"

#include "loadgen/camera_encoder.h"
#include "loadgen/face_painter.h"

namespace tributary::load {

Result<std::shared_ptr<const Clip>> encodeClip(const CameraSpec& spec) {
  auto clip = std::make_shared<Clip>();
  clip->spec = spec;
  auto encoder = CameraEncoder::create(spec, [clip](CodedFrame frame, uint64_t number) {
    // A payloader that gives a frame's packets one by one gives several samples of one number.
    if (number >= clip->frames.size()) clip->frames.resize(number + 1);
    auto& payloads = clip->frames[number].payloads;
    payloads.insert(payloads.end(), frame.payloads.begin(), frame.payloads.end());
  });
  if (!encoder) return tl::unexpected(encoder.error());
  const int frames = loopSeconds * spec.framerate;
  for (int i = 0; i < frames; ++i) {
    const double seconds = static_cast<double>(i) / spec.framerate;
    (*encoder)->encode(paintFace(spec.person, seconds, loopSeconds, spec.width, spec.height)->view(),
                       static_cast<uint64_t>(i), false);
  }
  (*encoder)->finish();
  encoder->reset();
  if (clip->frames.empty())
    return fail(ErrorCode::internal, "the encoder of " + spec.codec + " gave nothing");
  return clip;
}

Result<std::shared_ptr<const Clip>> ClipStore::get(const CameraSpec& spec) {
  const std::lock_guard lock(mutex_);
  auto& clip = clips_[spec];
  if (clip) return clip;
  auto made = encodeClip(spec);
  if (made) clip = *made;
  return made;
}

void ClipStore::getLater(const CameraSpec& spec,
                         const std::function<void(std::shared_ptr<const Clip>)>& ready) {
  workers_.emplace_back([this, spec, ready] {
    const auto clip = get(spec);
    if (clip) ready(*clip);
  });
}

}  // namespace tributary::load
