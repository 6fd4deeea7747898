#include "media/recorder.h"

#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <thread>
#include <variant>

#include "container/h264_units.h"
#include "media/ticker.h"

namespace tributary {
namespace {

constexpr std::chrono::milliseconds watchInterval{100};
constexpr std::chrono::milliseconds gatherTime{100};  // a wake for each packet costs more than writing it
constexpr size_t queuedOverhead = 128;                // bytes a packet costs in the queue beside its data
constexpr int64_t audioTickTime = 20'000'000;
constexpr int64_t switchPatience = 500'000'000;  // ns; an encoder may lose its first picture

struct NextPart {
  std::shared_ptr<UniqueFd> file;
};
enum class Command { pause, resume, stop };
using Item = std::variant<RecordedPacket, NextPart, Command>;

/// Whether a player of a file that began with `before` can be given `now` in it. The rate may change: every
/// picture has its time.
bool fitsInto(const MediaTracks::Video& before, const MediaTracks::Video& now) {
  const bool sameConfig = now.config.empty() || before.config.empty() || now.config == before.config;
  return before.codec == now.codec && before.width == now.width && before.height == now.height && sameConfig;
}

}  // namespace

/// What the writer's thread and the owner share; lives as long as either.
class Recorder::Core {
 public:
  Core(UniqueFd file, const Settings& settings)
      : settings_(settings), timeline_(settings.hasVideo), file_(std::move(file)) {}

  // Thread: owner. What the thread tells; set before it runs. Called on the writer's thread.
  std::function<void()> tellStarted;
  std::function<void()> tellFormat;
  std::function<void(int, int64_t)> tellPart;
  std::function<void()> tellKeyFrameWanted;
  std::function<void(std::string)> tellFailed;
  std::function<void()> tellStopped;

  /// Thread: any. False: there was no room.
  bool push(Item item, size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (closed_) return true;
    if (bytes > 0 && queued_ + bytes > settings_.queueBytes) {
      ++progress_.packetsLost;
      return false;
    }
    queued_ += bytes;
    urgent_ = urgent_ || bytes == 0 || queued_ > settings_.queueBytes / 2;
    items_.push_back({std::move(item), bytes, monotonicNow()});
    if (urgent_) wake_.notify_one();
    return true;
  }

  /// One that is not to be queued. Thread: any.
  void drop() {
    const std::lock_guard lock(mutex_);
    ++progress_.packetsLost;
  }

  /// ns for which the oldest has waited; the thread's own work in hand counts.
  int64_t waiting() {
    const std::lock_guard lock(mutex_);
    const int64_t since = busySince_ != 0 ? busySince_ : items_.empty() ? 0 : items_.front().at;
    return since != 0 ? monotonicNow() - since : 0;
  }

  bool isWriting() const { return writing_; }

  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    wake_.notify_one();
  }

  Progress takeProgress() {
    const std::lock_guard lock(mutex_);
    Progress out = progress_;
    progress_.gaps.clear();
    return out;
  }

  int64_t duration() {
    const std::lock_guard lock(mutex_);
    return progress_.duration;
  }

  bool waitForEnd(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return ended_.wait_for(lock, patience, [this] { return hasEnded_; });
  }

  void run() {
    pthread_setname_np(pthread_self(), "recorder");
    while (auto item = next()) {
      const bool more = std::visit([this](auto& work) { return handle(work); }, *item);
      if (!more) break;
    }
    // Closing may wait for the disk, as writing does: so may what is left in the queue.
    file_.reset();
    nextFile_.reset();
    std::deque<Queued> left;
    const std::lock_guard lock(mutex_);
    left.swap(items_);
    hasEnded_ = true;
    closed_ = true;
    ended_.notify_all();
  }

 private:
  struct Queued {
    Item item;
    size_t bytes = 0;
    int64_t at = 0;
  };

  /// Once the owner has given up the file is the finisher's: a disk that comes back must not add to it.
  bool isClosed() {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

  std::optional<Item> next() {
    std::unique_lock lock(mutex_);
    busySince_ = 0;
    while (!closed_ && items_.empty()) {
      urgent_ = !writer_;  // somebody waits for the first one
      wake_.wait_for(lock, gatherTime, [this] { return closed_ || (urgent_ && !items_.empty()); });
    }
    if (closed_) return std::nullopt;
    Queued out = std::move(items_.front());
    items_.pop_front();
    queued_ -= out.bytes;
    busySince_ = monotonicNow();
    return std::move(out.item);
  }

  bool handle(RecordedPacket& packet) {
    timeline_.add(std::move(packet), [this](RecordingTimeline::Out out) { write(std::move(out)); });
    report();
    return !failed_;
  }

  bool handle(NextPart& part) {
    nextFile_ = std::move(*part.file);
    release(false);
    report();
    return !failed_;
  }

  bool handle(Command command) {
    if (command == Command::pause) timeline_.pause();
    if (command == Command::resume) timeline_.resume();
    if (command != Command::stop) return true;
    timeline_.drain([this](RecordingTimeline::Out out) { write(std::move(out)); });
    release(true);
    if (writer_ && !failed_) append(writer_->flush());
    report();
    if (!failed_) tellStopped();
    return false;
  }

  void write(RecordingTimeline::Out out) {
    if (failed_) return;
    const bool changes = writer_ && out.video != nullptr && format_ && !fitsInto(*format_, *out.video);
    if (held_.empty() && !(changes && !nextFile_)) return writeNow(out);
    hold(std::move(out));
  }

  /// Pictures that do not fit into the file wait for the next one.
  void hold(RecordingTimeline::Out out) {
    if (held_.empty()) tellFormat();
    held_.emplace_back();
    auto& last = held_.back();
    if (out.video != nullptr) last.video = *out.video;
    last.packet = std::move(out.packet);
    const std::chrono::nanoseconds waited(last.packet.time - held_.front().packet.time);
    if (waited > partPatience) release(true);
  }

  /// `anyway`: into the present file.
  void release(bool anyway) {
    for (auto& held : std::exchange(held_, {})) {
      RecordingTimeline::Out out{std::move(held.packet), held.video ? &*held.video : nullptr};
      anyway ? writeNow(std::move(out)) : write(std::move(out));
    }
  }

  void writeNow(RecordingTimeline::Out out) {
    if (failed_) return;
    const bool mayBegin = out.video != nullptr || !settings_.hasVideo;
    if (writer_ && nextFile_ && mayBegin) endPart();
    if (!writer_) beginPart(out);
    if (out.video != nullptr) format_ = *out.video;
    if (out.packet.kind == MediaPacket::Kind::video) ++frames_;
    out.packet.time -= partStart_;
    // Sound that the key frame of a new part has overtaken by less than a packet.
    out.packet.time = std::max<int64_t>(out.packet.time, 0);
    append(writer_->add(std::move(out.packet)));
  }

  void endPart() {
    append(writer_->flush());
    writer_.reset();
    file_ = std::move(nextFile_);
    bytes_ = 0;
    ++part_;
  }

  void beginPart(const RecordingTimeline::Out& out) {
    partStart_ = out.packet.time;
    if (part_ == 1) {
      tellStarted();
    } else {
      report();
      tellPart(part_, partStart_);
    }
    writer_ = makeMediaWriter(settings_.container);
    MediaTracks tracks;
    tracks.preSkip = settings_.preSkip;
    if (out.video != nullptr) tracks.video = *out.video;
    append(writer_->header(tracks));
  }

  void append(std::string_view bytes) {
    while (!bytes.empty() && !failed_ && !isClosed()) {
      writing_ = true;
      const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
      writing_ = false;
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) {
        failed_ = true;
        tellFailed(std::string("the recording's file cannot be written: ") + std::strerror(errno));
        return;
      }
      bytes.remove_prefix(static_cast<size_t>(count));
      bytes_ += count;
    }
  }

  void report() {
    auto gaps = timeline_.takeGaps();
    const std::lock_guard lock(mutex_);
    progress_.part = part_;
    progress_.bytes = bytes_;
    progress_.duration = timeline_.duration();
    progress_.partStart = partStart_;
    progress_.frames = frames_;
    progress_.missing = timeline_.missingFrames();
    progress_.silence = timeline_.filledPackets();
    progress_.skewMs = static_cast<double>(timeline_.worstSkew()) / 1e6;
    progress_.gaps.insert(progress_.gaps.end(), gaps.begin(), gaps.end());
  }

  const Settings settings_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable ended_;
  std::deque<Queued> items_;
  size_t queued_ = 0;
  int64_t busySince_ = 0;  ///< monotonicNow() when the thread took its present item; 0: idle
  bool urgent_ = true;     ///< what comes next is taken at once, and not after `gatherTime` with what follows
  bool closed_ = false;
  bool hasEnded_ = false;
  std::atomic<bool> writing_ = false;  ///< the thread is with the disk
  Progress progress_;

  // The writer's thread alone.
  RecordingTimeline timeline_;
  UniqueFd file_;
  UniqueFd nextFile_;
  struct Held {
    MediaPacket packet;
    std::optional<MediaTracks::Video> video;
  };
  std::vector<Held> held_;  ///< for the next part
  std::unique_ptr<MediaWriter> writer_;
  std::optional<MediaTracks::Video> format_;
  int part_ = 1;
  int64_t partStart_ = 0;
  int64_t bytes_ = 0;
  uint64_t frames_ = 0;
  bool failed_ = false;
};

Recorder::Recorder(UniqueFd file, Settings settings, Callbacks callbacks)
    : core_(std::make_shared<Core>(std::move(file), settings)),
      callbacks_(std::move(callbacks)),
      stallLimit_(settings.stallLimit),
      self_(std::make_shared<Recorder*>(this)) {
  const auto tell = [weak = std::weak_ptr(self_)](std::function<void(Recorder&)> work) {
    main_context::post([weak, work = std::move(work)] {
      const auto self = weak.lock();
      if (self && !(*self)->ended_) work(**self);
    });
  };
  core_->tellStarted = [tell] { tell([](Recorder& self) { self.callbacks_.onStarted(); }); };
  core_->tellFormat = [tell] { tell([](Recorder& self) { self.callbacks_.onFormatChanged(); }); };
  core_->tellKeyFrameWanted = [tell] { tell([](Recorder& self) { self.callbacks_.onKeyFrameWanted(); }); };
  core_->tellPart = [tell](int part, int64_t start) {
    tell([part, start](Recorder& self) { self.callbacks_.onPart(part, start); });
  };
  core_->tellFailed = [tell](std::string reason) {
    tell([reason = std::move(reason)](Recorder& self) { self.fail(reason); });
  };
  core_->tellStopped = [tell] { tell([](Recorder& self) { self.stopped(true); }); };
  std::thread([core = core_] { core->run(); }).detach();
  watchdog_ = Timer::every(watchInterval, [this] { check(); });
}

Recorder::~Recorder() {
  self_.reset();
  if (ended_) return;
  core_->push(Command::stop, 0);
  core_->waitForEnd(drainTime);
  core_->close();
}

void Recorder::expectVideo(uint64_t source) {
  const std::lock_guard lock(sourceMutex_);
  expectedSource_ = source;
  switchAt_ = -1;
}

uint64_t Recorder::videoSource() const {
  const std::lock_guard lock(sourceMutex_);
  return source_;
}

bool Recorder::takes(const EncodedFrame& frame) {
  if (frame.source != source_ && frame.keyFrame && frame.source == expectedSource_) {
    source_ = frame.source;
    switchAt_ = -1;
  }
  const bool superseded = switchAt_ >= 0 && frame.pts >= switchAt_ && frame.pts < switchAt_ + switchPatience;
  return frame.source == source_ && !superseded;
}

void Recorder::onKeyFrameAhead(uint64_t source, int64_t pts) {
  const std::lock_guard lock(sourceMutex_);
  if (source == expectedSource_ && source != source_) switchAt_ = pts;
}

void Recorder::onVideo(const EncodedFrame& frame) {
  const std::lock_guard lock(sourceMutex_);
  if (!takes(frame)) return;
  RecordedPacket out;
  const bool isH264 = frame.codec == "H264";
  out.packet.kind = MediaPacket::Kind::video;
  out.packet.time = frame.pts;
  out.packet.duration = 1'000'000'000 / frame.framerate;
  out.packet.keyFrame = frame.keyFrame;
  out.packet.data =
      isH264 ? toLengthPrefixed(frame.data) : std::vector<uint8_t>(frame.data.begin(), frame.data.end());
  if (frame.keyFrame) {
    out.video = {std::string(frame.codec), frame.width, frame.height, frame.framerate, {}};
    if (isH264) out.video.config = h264Config(frame.data);
  }
  queueVideo(std::move(out));
}

void Recorder::queueVideo(RecordedPacket packet) {
  if (videoLost_ && !packet.packet.keyFrame) return core_->drop();
  const size_t bytes = packet.packet.data.size() + queuedOverhead;
  packet.afterLoss = videoLost_;
  videoLost_ = !core_->push(std::move(packet), bytes);
  if (videoLost_) core_->tellKeyFrameWanted();
}

void Recorder::onAudio(int64_t pts, std::span<const uint8_t> opus) {
  RecordedPacket out;
  out.packet = {MediaPacket::Kind::audio, pts, audioTickTime, true, {opus.begin(), opus.end()}};
  out.afterLoss = soundLost_;
  soundLost_ = !core_->push(std::move(out), opus.size() + queuedOverhead);
}

void Recorder::nextPart(UniqueFd file) {
  core_->push(NextPart{std::make_shared<UniqueFd>(std::move(file))}, 0);
}

void Recorder::pause() {
  core_->push(Command::pause, 0);
}

void Recorder::resume() {
  core_->push(Command::resume, 0);
}

void Recorder::stop(std::function<void(bool)> done) {
  if (ended_) return main_context::post([done = std::move(done)] { done(false); });
  onStopped_ = std::move(done);
  watchdog_.stop();
  core_->push(Command::stop, 0);
  drain_ = Timer::once(drainTime, [this] { stopped(false); });
}

void Recorder::stopped(bool clean) {
  ended_ = true;
  drain_.stop();
  core_->close();
  if (const auto done = std::exchange(onStopped_, nullptr)) done(clean);
}

void Recorder::fail(const std::string& reason) {
  if (onStopped_) return stopped(false);
  ended_ = true;
  watchdog_.stop();
  core_->close();
  if (const auto failed = std::exchange(callbacks_.onFailed, nullptr)) failed(reason);
}

/// A thread that gets no CPU is no dead disk: most looks must have found it in a write. A starved machine
/// also gives fewer looks, and so more time.
void Recorder::check() {
  const auto waiting = std::chrono::nanoseconds(core_->waiting());
  if (waiting < 2 * watchInterval) writingSeen_ = 0;
  if (waiting >= 2 * watchInterval && core_->isWriting()) ++writingSeen_;
  if (waiting < stallLimit_ || writingSeen_ * watchInterval < stallLimit_ * 3 / 4) return;
  fail("the disk has taken nothing for " + std::to_string(stallLimit_.count()) +
       " ms: it is too slow or has failed");
}

Recorder::Progress Recorder::takeProgress() {
  return core_->takeProgress();
}

int64_t Recorder::duration() const {
  return core_->duration();
}

}  // namespace tributary
