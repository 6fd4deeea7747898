#include "loadgen/load_run.h"

#include <glib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "media/ticker.h"
#include "metrics/process_stats.h"

namespace tributary::load {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds connectDeadline{30'000};
constexpr milliseconds drainTime{300};  // appsrcs push what they hold before they are stopped

milliseconds inMs(double seconds) {
  return milliseconds(static_cast<int64_t>(seconds * 1000));
}

double since(int64_t moment) {
  return static_cast<double>(monotonicNow() - moment) * 1e-9;
}

std::string timeNow() {
  GDateTime* now = g_date_time_new_now_utc();
  const std::unique_ptr<char, GFree> text(g_date_time_format_iso8601(now));
  g_date_time_unref(now);
  return text.get();
}

}  // namespace

std::string commonestOf(const std::vector<std::string>& texts) {
  std::map<std::string, int> counts;
  for (const auto& text : texts)
    ++counts[text];
  const auto most = std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  return most == counts.end() ? "" : most->first;
}

LoadRun::LoadRun(LoadOptions options, std::function<void(Result<LoadResult>)> onDone)
    : options_(std::move(options)), onDone_(std::move(onDone)) {
  studio_.url = options_.url;
  studio_.room = options_.room;
}

LoadRun::~LoadRun() {
  peers_.clear();
}

void LoadRun::start() {
  result_.options = options_;
  result_.startedAt = timeNow();
  result_.machineCores = static_cast<int>(std::thread::hardware_concurrency());
  phaseFrom_ = monotonicNow();
  if (const auto ready = prepare(); !ready) return onDone_(tl::unexpected(ready.error()));
  phase_ = Phase::joining;
  phaseFrom_ = monotonicNow();
  ticking_ = Timer::every(milliseconds(1000), [this] { everySecond(); });
  joinNext();
}

Result<void> LoadRun::prepare() {
  if (options_.needsRelay()) {
    auto relay = Relay::create({options_.loss, options_.delayMs, options_.jitterMs, 0});
    if (!relay) return tl::unexpected(relay.error());
    relay_ = std::move(*relay);
    studio_.relay = relay_.get();
  }
  for (int i = 0; i < options_.senders; ++i)
    voices_.push_back(makeVoice(i, i < options_.clocks));
  for (int i = 0; i < std::min(options_.people, options_.senders); ++i) {
    CameraSpec camera = options_.camera;
    camera.person = i;
    if (const auto clip = studio_.clips.get(camera); !clip) return tl::unexpected(clip.error());
  }
  return {};
}

PeerPlan LoadRun::planFor(int index) const {
  const int total = options_.senders + options_.viewers;
  PeerPlan plan;
  plan.sends = index < options_.senders;
  plan.clock = plan.sends && index < options_.clocks;
  plan.name = (plan.sends ? "sender " : "viewer ") +
              std::to_string(plan.sends ? index + 1 : index - options_.senders + 1);
  plan.camera = options_.camera;
  plan.camera.person = index % options_.people;
  plan.phase = static_cast<double>(index) / std::max(1, options_.senders);
  if (plan.sends) plan.voice = voices_[static_cast<size_t>(index)];
  plan.receiver.mode = index >= total - options_.probes ? Receive::decode : options_.receive;
  plan.receiver.frameInterval = options_.expectFps > 0 ? 1 / options_.expectFps : 0;
  plan.receiver.codec = options_.camera.codec;
  if (plan.receiver.mode == Receive::decode) {
    plan.receiver.latency = studio_.latency;
    for (const auto& voice : voices_)
      plan.receiver.pitches.push_back(voice->pitch);
  }
  return plan;
}

void LoadRun::joinNext() {
  if (endedForWantOfPeers()) return;
  const int index = static_cast<int>(peers_.size());
  if (index >= options_.senders + options_.viewers) return warmUp();
  auto peer = LoadPeer::create(studio_, planFor(index));
  if (!peer) return onDone_(tl::unexpected(peer.error()));
  if (isLimited(index)) (*peer)->setLink(options_.linkKbits);
  peers_.push_back(std::move(*peer));
  joining_ = Timer::once(inMs(1 / options_.joinRate), [this] { joinNext(); });
}

bool LoadRun::isLimited(int index) const {
  return options_.limited == 0 || index >= options_.senders + options_.viewers - options_.limited;
}

void LoadRun::changeLink(int kbits) {
  for (size_t i = 0; i < peers_.size(); ++i) {
    if (isLimited(static_cast<int>(i))) peers_[i]->setLink(kbits);
  }
}

/// Nobody is connected or tries to be: true, and the run has ended.
bool LoadRun::endedForWantOfPeers() {
  if (peers_.empty() || std::ranges::any_of(peers_, [](const auto& peer) {
        return peer->state() != LoadPeer::State::failed;
      })) {
    return false;
  }
  if (phase_ == Phase::measuring) {
    finish();  // until then there is something to report
    return true;
  }
  std::vector<std::string> errors;
  for (const auto& peer : peers_)
    errors.push_back(peer->error());
  for (Timer* timer : {&joining_, &ticking_, &ending_})
    timer->stop();
  phase_ = Phase::leaving;
  onDone_(fail(ErrorCode::internal, "no peer got in: " + commonestOf(errors)));
  return true;
}

void LoadRun::warmUp() {
  const bool settled = std::ranges::none_of(
      peers_, [](const auto& peer) { return peer->state() < LoadPeer::State::connected; });
  if (phase_ == Phase::joining) {
    phase_ = Phase::warmingUp;
    phaseFrom_ = monotonicNow();
  }
  if (!settled && monotonicNow() - phaseFrom_ < std::chrono::nanoseconds(connectDeadline).count()) {
    joining_ = Timer::once(milliseconds(100), [this] { warmUp(); });
    return;
  }
  for (const auto& peer : peers_)
    peer->giveUp("not connected 30 s after the last one joined");
  if (endedForWantOfPeers()) return;
  phaseFrom_ = monotonicNow();
  ending_ = Timer::once(inMs(options_.warmup), [this] { measure(); });
}

void LoadRun::findClocks() {
  if (options_.clocks == 0 || peers_.empty()) return;
  for (const auto& peer : peers_) {
    if (peer->plan().receiver.mode != Receive::decode) continue;
    peer->receiver().setClockTile(peer->tileOf(peers_.front()->identity()));
  }
}

std::vector<pid_t> LoadRun::serverProcesses() const {
  return options_.serverPid > 0 ? processTree(options_.serverPid) : std::vector<pid_t>{};
}

void LoadRun::measure() {
  phase_ = Phase::measuring;
  findClocks();
  studio_.latency->clear();
  for (const auto& peer : peers_)
    peer->receiver().startMeasuring();
  serverBefore_ = readCpu(serverProcesses(), false);
  serverLast_ = serverBefore_.seconds;
  ownBefore_ = ownLast_ = ownCpuSeconds();
  phaseFrom_ = momentLast_ = result_.latencyFrom = monotonicNow();
  framesLast_ = 0;
  skippedBefore_ = skipped();
  for (const auto& change : options_.linkChanges)
    linkTimers_.push_back(Timer::once(inMs(change.at), [this, kbits = change.kbits] { changeLink(kbits); }));
  ending_ = Timer::once(inMs(options_.seconds), [this] { finish(); });
}

uint64_t LoadRun::skipped() const {
  uint64_t sum = 0;
  for (const auto& peer : peers_)
    sum += peer->skipped();
  return sum;
}

int LoadRun::connected() const {
  return static_cast<int>(std::ranges::count_if(
      peers_, [](const auto& peer) { return peer->state() == LoadPeer::State::connected; }));
}

void LoadRun::everySecond() {
  if (phase_ > Phase::joining && phase_ != Phase::leaving && endedForWantOfPeers()) return;
  if (phase_ >= Phase::warmingUp) findClocks();
  if (phase_ == Phase::measuring) {
    Moment moment;
    const double elapsed = since(momentLast_);
    momentLast_ = monotonicNow();
    moment.at = since(phaseFrom_);
    double server = 0;
    for (const pid_t pid : serverProcesses()) {
      const auto stats = readProcessStats(pid);
      server += stats ? stats->cpuSeconds : 0;
    }
    const double own = ownCpuSeconds();
    uint64_t frames = 0;
    for (const auto& peer : peers_)
      frames += peer->receiver().framesSoFar();
    moment.server = std::max(0.0, server - serverLast_) / elapsed;
    moment.own = (own - ownLast_) / elapsed;
    moment.framesPerSecond =
        static_cast<double>(frames - framesLast_) / elapsed / static_cast<double>(peers_.size());
    serverLast_ = server;
    ownLast_ = own;
    framesLast_ = frames;
    result_.moments.push_back(moment);
  }
  if (!options_.quiet) progress();
}

void LoadRun::progress() {
  const char* names[] = {"encoding", "joining", "warming up", "measuring", "leaving"};
  std::fprintf(stderr, "\r%-10s %3.0f s  %d of %d connected", names[static_cast<int>(phase_)],
               since(phaseFrom_), connected(), options_.senders + options_.viewers);
  if (phase_ == Phase::measuring && !result_.moments.empty()) {
    const Moment& last = result_.moments.back();
    uint64_t freezes = 0;
    for (const auto& peer : peers_)
      freezes += peer->receiver().reading().video.shown.freezes;
    std::fprintf(stderr, "  %5.1f fps  %llu freezes  cores: this tool %.2f", last.framesPerSecond,
                 static_cast<unsigned long long>(freezes), last.own);
    if (options_.serverPid > 0) std::fprintf(stderr, ", server %.2f", last.server);
  }
  std::fprintf(stderr, "   ");
  std::fflush(stderr);
}

void LoadRun::finish() {
  if (phase_ != Phase::measuring) return;
  result_.seconds = since(phaseFrom_);
  for (const auto& peer : peers_)
    peer->receiver().stopMeasuring();
  result_.serverAtEnd = readCpu(serverProcesses(), true);
  result_.ownCpu = (ownCpuSeconds() - ownBefore_) / result_.seconds;
  // Less than before: a room of it is gone, and with it what that had used.
  if (result_.serverAtEnd.threads > 0 && result_.serverAtEnd.seconds >= serverBefore_.seconds)
    result_.serverCpu = (result_.serverAtEnd.seconds - serverBefore_.seconds) / result_.seconds;
  for (const auto& [stage, seconds] : result_.serverAtEnd.stages) {
    result_.stages[stage] = std::max(0.0, seconds - serverBefore_.stages[stage]) / result_.seconds;
  }
  result_.skipped = skipped() - skippedBefore_;
  result_.latency = studio_.latency->samples();
  for (const auto& peer : peers_) {
    result_.peers.push_back({peer->plan().name, peer->plan().sends, peer->plan().receiver.mode, peer->error(),
                             peer->joinSeconds(), peer->receiver().reading(),
                             peer->plan().voice ? peer->plan().voice->pitch : 0});
  }
  if (relay_) result_.relay = relay_->counters();
  leave();
}

void LoadRun::stop() {
  if (phase_ == Phase::measuring) return finish();
  if (phase_ != Phase::leaving) onDone_(fail(ErrorCode::internal, "stopped before anything was measured"));
}

void LoadRun::leave() {
  phase_ = Phase::leaving;
  phaseFrom_ = monotonicNow();
  for (const auto& peer : peers_)
    peer->leave();
  ending_ = Timer::once(drainTime, [this] {
    ticking_.stop();
    if (!options_.quiet) std::fprintf(stderr, "\r%79s\r", "");
    peers_.clear();
    onDone_(std::move(result_));
  });
}

}  // namespace tributary::load
