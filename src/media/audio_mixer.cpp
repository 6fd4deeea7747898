#include "media/audio_mixer.h"

#include <gst/rtp/gstrtpbuffer.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <utility>

#include "base/log.h"

namespace tributary {
namespace {

constexpr double talking = -55;     // louder than this asks for a slot
constexpr double louderBy = 6;      // dB over the quietest holder before a slot changes hands
constexpr double boast = 20;        // dB by which a client may tell more than is heard
constexpr int boastTicks = 50;      // for this long
constexpr size_t recentTicks = 50;  // a second
constexpr double unheard = -70;     // dBFS; what nobody hears of oneself either
constexpr int restTicks = 25;       // longer than between words
// How much later than it is the sound is said to be, to whoever lines it up with the picture: players and
// films. A person's picture waits for the next frame of the mix, and before that for the encoder of a client
// that may be slow. ITU-R BT.1359 has sound unnoticed from 45 ms early to 125 ms late, and this is on the way
// to its middle.
constexpr int64_t follows = 30'000'000;
constexpr float fadeStep = 1.0F / 240;  // 5 ms from nothing to full

/// Leaves what is below 0.8 alone and bends the rest towards 1, so that many voices do not crackle.
float limited(float sample) {
  constexpr float knee = 0.8F;
  const float size = std::abs(sample);
  if (size <= knee) return sample;
  return std::copysign(knee + (1 - knee) * std::tanh((size - knee) / (1 - knee)), sample);
}

/// Up at once, down over about 400 ms: a pause between words is no silence.
double smoothed(double before, double now) {
  return now > before ? now : before + (now - before) * 0.05;
}

/// Films are played by anything: each packet is one that makes a sound.
OpusSettings withoutPauses(OpusSettings settings) {
  settings.dtx = false;
  return settings;
}

}  // namespace

struct AudioMixer::Person {
  Id id;
  std::shared_ptr<Talker> talker;
  std::shared_ptr<PeerOutput> listener;
  bool muted = false;
  std::unique_ptr<VoiceFilter> filter;  ///< run while in the mix; null: the voice is mixed as it comes
  double loss = 0;                      ///< of what is sent to them
  AudioBlock block{};
  double level = silenceLevel;
  double told = silenceLevel;  ///< what the client says, smoothed as `level` is
  int boasting = 0;            ///< ticks in a row in which it said far more than was heard
  bool overheard = false;      ///< not decoded at this tick
  std::vector<float> recent;   ///< levels of ticks that nobody has taken yet
  float gain = 0;              ///< on its way to 1 in a slot, to 0 outside
  int slot = -1;
  int unheardTicks = 0;  ///< in a row

  /// There is nothing of it in the mix of everybody, so it may as well hear that.
  bool rests() const { return unheardTicks >= restTicks; }

  /// False where it was not needed: nothing is to be learnt from a microphone that is off.
  bool filterVoice() {
    if (!filter || std::ranges::all_of(block, [](float sample) { return sample == 0; })) return false;
    filter->run(block);
    return true;
  }

  void fade(float towards) {
    for (float& sample : block) {
      gain = gain < towards ? std::min(gain + fadeStep, towards) : std::max(gain - fadeStep, towards);
      sample *= gain;
    }
  }
};

/// One mix on its way out: an encoder and an RTP stream for its listeners to rewrite.
class AudioMixer::Output {
 public:
  /// `before`: the shared mix of the last tick, at any time.
  Output(const OpusSettings& settings, const AudioBlock& before) : encoder_(settings), before_(before) {}
  void apply(const OpusSettings& settings) { encoder_.apply(settings); }
  void expectLoss(double share) { encoder_.expectLoss(share); }

  void send(const AudioBlock& mix, int64_t pts, const std::vector<PeerOutput*>& listeners,
            const std::vector<std::shared_ptr<AudioTap>>& taps = {}) {
    sent_ = true;
    if (listeners != listeners_) welcome(listeners, !taps.empty());
    const auto opus = encoder_.encode(mix);
    for (const auto& tap : taps)
      tap->onAudio(pts, opus);
    if (listeners.empty() || isPause(opus)) return;
    GstBuffer* packet = packetise(opus, pts);
    for (PeerOutput* listener : listeners)
      listener->sendAudio(packet, this);
    gst_buffer_unref(packet);
    rested_ = false;
  }

  void endTick() {
    if (!sent_) listeners_.clear();
    sent_ = false;
  }

 private:
  /// Who comes from another output has a decoder that has followed another encoder, and has heard the shared
  /// mix, or nearly that. An encoder that nobody else follows is given it too: its packets begin some
  /// milliseconds back.
  void welcome(const std::vector<PeerOutput*>& listeners, bool tapped) {
    const auto known = [this](PeerOutput* listener) {
      return std::ranges::find(listeners_, listener) != listeners_.end();
    };
    if (!tapped && std::ranges::none_of(listeners, known)) encoder_.encode(before_);
    if (!std::ranges::all_of(listeners, known)) encoder_.standAlone();
    listeners_ = listeners;
  }

  /// As libwebrtc's sender: the first packet of a pause is sent, so that decoders know, and those that Opus
  /// puts into it each 400 ms.
  bool isPause(std::span<const uint8_t> opus) {
    const bool before = std::exchange(quiet_, opus.size() <= dtxPacket);
    const bool rests = before && quiet_;
    rested_ = rested_ || rests;
    return rests;
  }

  GstBuffer* packetise(std::span<const uint8_t> opus, int64_t pts) {
    GstBuffer* packet = gst_rtp_buffer_new_allocate(0, 0, 0);
    GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
    gst_rtp_buffer_map(packet, GST_MAP_WRITE, &rtp);
    gst_rtp_buffer_set_seq(&rtp, sequence_++);
    gst_rtp_buffer_set_marker(&rtp, rested_ ? TRUE : FALSE);  // RFC 7587, 4.1
    gst_rtp_buffer_set_timestamp(&rtp, static_cast<guint32>(pts / 1000 * (audioRate / 1000) / 1000));
    gst_rtp_buffer_unmap(&rtp);
    GstBuffer* payload = gst_buffer_new_memdup(opus.data(), opus.size());
    packet = gst_buffer_append(packet, payload);
    GST_BUFFER_PTS(packet) = static_cast<GstClockTime>(pts);
    GST_BUFFER_DURATION(packet) = static_cast<GstClockTime>(audioTick);
    return packet;
  }

  MixEncoder encoder_;
  const AudioBlock& before_;
  std::vector<PeerOutput*> listeners_;  ///< at the last tick; by address alone
  bool sent_ = false;                   ///< at this tick
  bool quiet_ = false;                  ///< the last packet was one of a pause
  bool rested_ = false;                 ///< and was not sent
  uint16_t sequence_ = 0;
};

AudioMixer::AudioMixer(const AudioSettings& settings, const RoomClock& clock)
    : settings_(settings), clock_(clock), slots_(static_cast<size_t>(settings.talkerSlots), nullptr) {
  for (int i = 0; i <= settings.talkerSlots; ++i)
    outputs_.push_back(std::make_unique<Output>(settings.opus, before_));
  ticker_ = std::make_unique<Ticker>("mix-audio", 1, 50, [this](int64_t due) { tick(due); });
}

AudioMixer::~AudioMixer() {
  ticker_.reset();
}

void AudioMixer::add(const Id& id, std::shared_ptr<Talker> talker, std::shared_ptr<PeerOutput> listener) {
  remove(id);
  auto person = std::make_unique<Person>();
  person->id = id;
  person->talker = std::move(talker);
  person->listener = std::move(listener);
  if (person->talker) person->filter = makeFilter();
  const std::lock_guard lock(mutex_);
  takeFreeSlot(*person);
  people_.push_back(std::move(person));
}

void AudioMixer::takeFreeSlot(Person& person) {
  const auto free = std::ranges::find(slots_, nullptr);
  if (!person.talker || person.slot >= 0 || free == slots_.end()) return;
  *free = &person;
  person.slot = static_cast<int>(free - slots_.begin());
}

void AudioMixer::remove(const Id& id) {
  const std::lock_guard lock(mutex_);
  for (auto& holder : slots_) {
    if (holder != nullptr && holder->id == id) holder = nullptr;
  }
  std::erase_if(people_, [&id](const auto& person) { return person->id == id; });
}

void AudioMixer::setOpus(const OpusSettings& settings) {
  const std::lock_guard lock(mutex_);
  settings_.opus = settings;
  for (const auto& output : outputs_)
    output->apply(settings);
  pauseOrNot();
}

void AudioMixer::pauseOrNot() {
  if (settings_.opus.dtx)
    outputs_.back()->apply(taps_.empty() ? settings_.opus : withoutPauses(settings_.opus));
}

std::unique_ptr<VoiceFilter> AudioMixer::makeFilter() const {
  if (!settings_.voice.any()) return nullptr;
  auto filter = VoiceFilter::create(settings_.voice);
  if (filter) return std::move(*filter);
  log::warning("audio.unfiltered", {{"message", filter.error().message}});
  return nullptr;
}

void AudioMixer::setVoice(const VoiceSettings& settings) {
  if (settings == settings_.voice) return;
  settings_.voice = settings;
  // Only the owner adds and removes people: without the lock, the mixer does not wait for the elements.
  std::vector<std::unique_ptr<VoiceFilter>> filters;
  for (const auto& person : people_)
    filters.push_back(person->talker ? makeFilter() : nullptr);
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < people_.size(); ++i)
    people_[i]->filter.swap(filters[i]);
}

void AudioMixer::setMuted(const Id& id, bool muted) {
  const std::lock_guard lock(mutex_);
  for (auto& person : people_) {
    if (person->id != id) continue;
    person->muted = muted;
    if (!muted) takeFreeSlot(*person);
  }
}

void AudioMixer::setLoss(const Id& id, double share) {
  const std::lock_guard lock(mutex_);
  for (auto& person : people_) {
    if (person->id == id) person->loss = share;
  }
}

void AudioMixer::addTap(std::shared_ptr<AudioTap> tap) {
  const std::lock_guard lock(mutex_);
  taps_.push_back(std::move(tap));
  pauseOrNot();
}

void AudioMixer::removeTap(const AudioTap* tap) {
  const std::lock_guard lock(mutex_);
  std::erase_if(taps_, [tap](const auto& held) { return held.get() == tap; });
  pauseOrNot();
}

void AudioMixer::playTones() {
  const std::lock_guard lock(mutex_);
  tonesAt_ = 0;
}

/// 0.15 s of 880 Hz, 0.1 s of nothing, 0.15 s of 1320 Hz, each faded in and out over 10 ms.
void AudioMixer::addTones(AudioBlock& mix) {
  constexpr int64_t length = audioRate * 15 / 100;
  constexpr int64_t second = audioRate * 25 / 100;
  constexpr double fade = audioRate / 100.0;
  constexpr double volume = 0.12;
  if (tonesAt_ < 0) return;
  for (float& sample : mix) {
    const int64_t at = tonesAt_ < second ? tonesAt_ : tonesAt_ - second;
    const double hertz = tonesAt_ < second ? 880 : 1320;
    ++tonesAt_;
    if (at >= length) continue;
    const double edge =
        std::min({1.0, static_cast<double>(at) / fade, static_cast<double>(length - at) / fade});
    sample += static_cast<float>(
        volume * edge * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(at) / audioRate));
  }
  if (tonesAt_ >= second + length) tonesAt_ = -1;
}

void AudioMixer::tick(int64_t due) {
  const std::lock_guard lock(mutex_);
  ++counters_.ticks;
  newestTick_ = due;
  freeSlotsOfMuted();
  for (auto& person : people_) {
    if (person->talker) hear(*person);
  }
  assignSlots();
  mixAndSend(clock_.runningTime(due) + follows);
}

void AudioMixer::hear(Person& person) {
  person.overheard = person.slot < 0 && person.gain <= 0 && person.boasting < boastTicks;
  const auto told = person.overheard ? std::optional(person.talker->overhear()) : person.talker->toldLevel();
  if (!person.overheard) person.talker->pull(person.block);
  if (person.overheard || (person.muted && person.gain <= 0)) person.block.fill(0);
  const double heard = person.overheard ? *told : soundLevel(person.block);
  const double now = person.muted ? silenceLevel : heard;
  person.unheardTicks = now < unheard ? std::min(person.unheardTicks + 1, restTicks) : 0;
  if (person.recent.size() == recentTicks) person.recent.erase(person.recent.begin());
  person.recent.push_back(static_cast<float>(now));
  person.level = smoothed(person.level, now);
  if (told && !person.muted) judge(person, *told);
}

/// Levels that are not true would keep others out of the slots: who boasts is decoded from then on.
void AudioMixer::judge(Person& person, double told) {
  person.told = smoothed(person.told, told);
  if (person.overheard || person.boasting >= boastTicks) return;
  person.boasting = person.told > person.level + boast ? person.boasting + 1 : 0;
}

int AudioMixer::slotFor(const Person& person) const {
  int quietest = -1;
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i] == nullptr) return static_cast<int>(i);
    if (quietest < 0 || slots_[i]->level < slots_[static_cast<size_t>(quietest)]->level) {
      quietest = static_cast<int>(i);
    }
  }
  if (quietest < 0) return -1;
  return person.level > slots_[static_cast<size_t>(quietest)]->level + louderBy ? quietest : -1;
}

/// Once they have faded out: an encode of their own would only tell them what all others hear.
void AudioMixer::freeSlotsOfMuted() {
  for (auto& holder : slots_) {
    if (holder == nullptr || !holder->muted || holder->gain > 0) continue;
    holder->slot = -1;
    holder = nullptr;
  }
}

void AudioMixer::assignSlots() {
  for (auto& person : people_) {
    if (!person->talker || person->muted || person->slot >= 0 || person->level < talking) continue;
    const int slot = slotFor(*person);
    if (slot < 0) continue;
    Person*& holder = slots_[static_cast<size_t>(slot)];
    if (holder != nullptr) holder->slot = -1;
    holder = person.get();
    person->slot = slot;
    if (person->overheard) person->talker->pull(person->block);
  }
}

void AudioMixer::mixAndSend(int64_t pts) {
  AudioBlock all{};
  counters_.filters = 0;
  for (auto& person : people_) {
    if (!person->talker || (person->slot < 0 && person->gain <= 0)) continue;
    if (person->filterVoice()) ++counters_.filters;
    person->fade(person->slot >= 0 && !person->muted ? 1.0F : 0.0F);
    for (size_t i = 0; i < audioFrame; ++i)
      all[i] += person->block[i];
  }
  addTones(all);
  sendAll(all, pts);
}

void AudioMixer::sendAll(const AudioBlock& all, int64_t pts) {
  counters_.encoders = 0;
  std::vector<PeerOutput*> shared;
  double sharedLoss = 0;  // of the one who needs most: the others pay a few kbit/s of quality
  AudioBlock mix;
  for (auto& person : people_) {
    if (!person->listener || !person->listener->isOpen()) continue;
    if (person->slot < 0 || person->rests()) {
      shared.push_back(person->listener.get());
      sharedLoss = std::max(sharedLoss, person->loss);
      continue;
    }
    for (size_t i = 0; i < audioFrame; ++i)
      mix[i] = limited(all[i] - person->block[i]);
    outputs_[static_cast<size_t>(person->slot)]->expectLoss(person->loss);
    outputs_[static_cast<size_t>(person->slot)]->send(mix, pts, {person->listener.get()});
    ++counters_.encoders;
  }
  outputs_.back()->expectLoss(sharedLoss);
  std::ranges::transform(all, mix.begin(), limited);
  if (!shared.empty() || !taps_.empty()) sendShared(mix, pts, shared);
  before_ = mix;
  for (const auto& output : outputs_)
    output->endTick();
}

void AudioMixer::sendShared(const AudioBlock& mix, int64_t pts, const std::vector<PeerOutput*>& listeners) {
  outputs_.back()->send(mix, pts, listeners, taps_);
  ++counters_.encoders;
}

std::vector<AudioMixer::Level> AudioMixer::levels() const {
  std::vector<Level> out;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& person : people_) {
      if (person->talker) out.push_back({person->id, person->level, person->slot >= 0});
    }
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.db > b.db; });
  return out;
}

AudioMixer::RecentLevels AudioMixer::takeLevels() {
  RecentLevels out;
  const std::lock_guard lock(mutex_);
  out.newest = newestTick_;
  for (const auto& person : people_) {
    if (person->talker) out.people.push_back({person->id, std::exchange(person->recent, {})});
  }
  return out;
}

AudioMixer::Counters AudioMixer::counters() const {
  const std::lock_guard lock(mutex_);
  Counters out = counters_;
  out.late = ticker_ ? ticker_->missed() : 0;
  return out;
}

}  // namespace tributary
