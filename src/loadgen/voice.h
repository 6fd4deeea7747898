#pragma once

#include <cstdint>
#include <memory>
#include <vector>

namespace tributary::load {

/// One 20 ms packet of a voice.
struct VoicePacket {
  std::vector<uint8_t> opus;
  uint8_t level = 127;  ///< RFC 6464: −dBov, 127 is silence
};

/// Talk spurts of one to three seconds and pauses of two to nine, of a voice with syllables, encoded
/// once and repeated. Voices differ in pitch, which is what a receiver's ear (tone meter) tells them apart
/// by.
struct Voice {
  double pitch = 0;  ///< Hz
  std::vector<VoicePacket> packets;
};

inline constexpr int voiceLoopSeconds = 24;

/// Voices that an ear tells apart; beyond them pitches come again.
inline constexpr size_t distinctVoices = 200;

/// The pitch of voice `index`, Hz. Pure.
double pitchOf(int index);

/// A voice that talks: its sample at that time, −1 … 1. Pure.
double voiceAt(double pitch, double seconds);

/// `continuous`: without pauses, for those who are listened for. Thread: any.
std::shared_ptr<const Voice> makeVoice(int index, bool continuous);

}  // namespace tributary::load
