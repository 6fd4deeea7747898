#include "room/room_recording.h"

#include <algorithm>
#include <array>

#include "base/log.h"

namespace tributary {
namespace {

constexpr std::chrono::milliseconds progressInterval{500};
/// What of the room's messages is worth keeping beside a recording.
constexpr std::array<std::string_view, 5> notable = {"participantJoined", "participantUpdated",
                                                     "participantLeft", "layoutChanged", "activeSpeakers"};

double seconds(int64_t nanoseconds) {
  return static_cast<double>(nanoseconds) * 1e-9;
}

Json gapsJson(const std::vector<RecordingTimeline::Gap>& gaps) {
  Json out = Json::array();
  for (const auto& gap : gaps) {
    const bool video = gap.kind == MediaPacket::Kind::video;
    out.push(Json::object(
        {{"from", seconds(gap.from)}, {"to", seconds(gap.to)}, {"reason", video ? "noVideo" : "noAudio"}}));
  }
  return out;
}

Result<Recorder::Settings> settingsFrom(const Json& params) {
  Recorder::Settings out;
  const auto container = containerFromString(params["container"].stringOr("webm"));
  if (!container) return fail(ErrorCode::badRequest, "container must be webm, mkv or mp4");
  out.container = *container;
  out.hasVideo = params["video"].isObject();
  out.preSkip = mixEncoderDelay();
  const std::string codec = params["video"]["codec"].stringOr("");
  if (out.hasVideo && !canHold(*container, codec)) {
    return fail(ErrorCode::badRequest, std::string(toString(*container)) + " cannot hold " + codec);
  }
  const double stall = params["stallTimeout"].numberOr(1.2);
  out.stallLimit = std::chrono::milliseconds(static_cast<int64_t>(stall * 1000));
  return out;
}

RenditionSet::TapWish wishFrom(const Json& video) {
  RenditionSet::TapWish wish;
  wish.codec = video["codec"].stringOr("VP8");
  wish.rendition = video["rendition"].stringOr("");
  const Json own = video["own"];
  if (!own.isObject()) return wish;
  wish.own = {"recording", static_cast<int>(own["height"].integerOr(720)),
              static_cast<int>(own["framerate"].integerOr(0)),
              static_cast<int>(own["bitrate"].integerOr(1'500'000))};
  if (!own["encoder"].isObject()) return wish;
  EncoderSettings encoder{own["encoder"]["element"].stringOr(""), {}};
  const Json properties = own["encoder"]["properties"];
  for (const auto& key : properties.keys())
    encoder.properties[key] = properties[key].stringOr("");
  wish.encoder = encoder;
  return wish;
}

}  // namespace

RoomRecording::RoomRecording(MediaPipeline& media, std::function<void(const Json& fields)> notify)
    : media_(media), notify_(std::move(notify)) {}

RoomRecording::~RoomRecording() {
  release();
}

/// Off the rendition and the mix first: then nothing calls the recorder any more.
void RoomRecording::release() {
  progress_.stop();
  keyFrames_.stop();
  if (!recorder_) return;
  media_.unrecord(recorder_);
  media_.showRecordingMark(false);
  recorder_.reset();
}

void RoomRecording::notify(const char* kind, Json fields) {
  fields.set("recordingId", id_);
  fields.set("kind", kind);
  notify_(fields);
}

void RoomRecording::handle(const std::string& method, const Json& params, UniqueFd file, Reply reply) {
  if (method == "startRecording") return start(params, std::move(file), std::move(reply));
  if (!recorder_ || params["recordingId"].stringOr("") != id_) {
    return reply(fail(ErrorCode::notFound, "the room is not making that recording"));
  }
  if (method == "stopRecording") return stop(std::move(reply));
  if (method == "pauseRecording") recorder_->pause();
  if (method == "resumeRecording") recorder_->resume();
  if (method == "recordingPart") {
    if (!file) return reply(fail(ErrorCode::badRequest, "no file came with the request"));
    recorder_->nextPart(std::move(file));
  }
  media_.requestRecordedKeyFrame(*recorder_);
  reply(Json::object());
}

void RoomRecording::start(const Json& params, UniqueFd file, Reply reply) {
  if (recorder_) return reply(fail(ErrorCode::badRequest, "the room is being recorded already"));
  if (!file) return reply(fail(ErrorCode::badRequest, "no file came with the request"));
  const auto settings = settingsFrom(params);
  if (!settings) return reply(tl::unexpected(settings.error()));
  id_ = params["recordingId"].stringOr("");
  starting_ = std::make_shared<Reply>(std::move(reply));
  Recorder::Callbacks callbacks;
  callbacks.onStarted = [this] {
    log::info("recording.started", {{"recording", id_}});
    if (const auto waiting = std::exchange(starting_, nullptr)) (*waiting)(Json::object());
  };
  callbacks.onFormatChanged = [this] { notify("formatChanged", Json::object()); };
  callbacks.onPart = [this](int part, int64_t start) {
    notify("part", Json::object({{"part", part}, {"start", seconds(start)}}));
    sendProgress();
  };
  callbacks.onKeyFrameWanted = [this] { media_.requestRecordedKeyFrame(*recorder_); };
  callbacks.onFailed = [this](const std::string& reason) { failed(reason); };
  recorder_ = std::make_shared<Recorder>(std::move(file), *settings, std::move(callbacks));
  if (const auto fed = feed(params); !fed) {
    release();
    return (*std::exchange(starting_, nullptr))(tl::unexpected(fed.error()));
  }
  media_.showRecordingMark(params["mark"].booleanOr(false));
  if (params["tone"].booleanOr(false)) media_.playRecordingTones();
  progress_ = Timer::every(progressInterval, [this] { sendProgress(); });
}

Result<void> RoomRecording::feed(const Json& params) {
  if (!params["video"].isObject()) return media_.record(recorder_, std::nullopt);
  // Whoever plays the file can only seek to key frames, and peers rarely ask for them.
  const auto interval = static_cast<int64_t>(params["keyFrameInterval"].numberOr(5) * 1000);
  keyFrames_ = Timer::every(std::chrono::milliseconds(std::max<int64_t>(interval, 1000)),
                            [this] { media_.requestRecordedKeyFrame(*recorder_); });
  return media_.record(recorder_, wishFrom(params["video"]));
}

void RoomRecording::sendProgress() {
  const auto now = recorder_->takeProgress();
  const double apartMs = static_cast<double>(media_.worstApart()) / 1e6;
  notify("progress", Json::object({{"part", now.part},
                                   {"bytes", now.bytes},
                                   {"duration", seconds(now.duration)},
                                   {"partStart", seconds(now.partStart)},
                                   {"frames", now.frames},
                                   {"missingFrames", now.missing},
                                   {"packetsLost", now.packetsLost},
                                   {"silentPackets", now.silence},
                                   {"skewMs", std::max(now.skewMs, apartMs)},
                                   {"gaps", gapsJson(now.gaps)}}));
}

void RoomRecording::observe(const Json& message) {
  if (!recorder_) return;
  const std::string type = message["type"].stringOr("");
  if (std::ranges::find(notable, type) == notable.end()) return;
  notify("note", Json::object({{"at", seconds(recorder_->duration())}, {"note", message}}));
}

void RoomRecording::failed(const std::string& reason) {
  log::error("recording.failed", {{"recording", id_}, {"reason", reason}});
  // Not now: the recorder is what calls.
  main_context::post([gone = recorder_] {});
  sendProgress();
  release();
  if (const auto waiting = std::exchange(starting_, nullptr)) {
    return (*waiting)(fail(ErrorCode::internal, reason));
  }
  notify("failed", Json::object({{"reason", reason}}));
}

void RoomRecording::stop(Reply reply) {
  media_.unrecord(recorder_);
  progress_.stop();
  keyFrames_.stop();
  auto pending = std::make_shared<Reply>(std::move(reply));
  recorder_->stop([this, pending](bool clean) {
    sendProgress();
    log::info("recording.stopped", {{"recording", id_}, {"clean", clean ? "yes" : "no"}});
    main_context::post([gone = recorder_] {});
    release();
    (*pending)(Json::object({{"clean", clean}}));
  });
}

}  // namespace tributary
