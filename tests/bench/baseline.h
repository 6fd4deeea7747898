#pragma once

#include "glib/json.h"

namespace tributary::bench {

/// A room as the benches know it: the media of tributary-load's defaults.
struct Room {
  int senders = 4;
  int viewers = 0;
  int framerate = 25;
  int width = 1280;  ///< of the mix
  int height = 720;
  int bitrate = 1'500'000;  ///< of the mix, bit/s
  double seconds = 4;       ///< of media

  int receivers() const { return senders + viewers; }
};

/// What this room's media cost in bare calls: receive and undo SRTP, decode each camera (of the size that its
/// tile needs), copy each tile, encode once, protect each receiver's packets and send a frame's in one call,
/// decode who talks and encode a mix for each of them and one for all others. One thread, no queue, no jitter
/// buffer, no RTCP, all caches hot. Cores by stage.
Json measureLimit(const Room& room);

/// The same room built of stock elements as tutorials do: cameras of 1280x720, a compositor that scales, an
/// encoder for each receiver, an audiomixer for each receiver, and webrtcbin's rtpbin, srtpdec and srtpenc
/// around them. What webrtcbin also has is left out, in its favour: ICE, DTLS, RTCP, repairs, sockets to
/// read. Runs live, as our server does, by a clock that is so much slower that the machine can do it
/// (slow_clock.h); cores are CPU seconds per second of media.
Json measureTextbook(const Room& room);

/// Cores that it would take, about: a decoder a sender, an encoder a receiver, and of each sender's sound a
/// share in each receiver's mix. Fitted to what 4+0, 9+0, 25+0 and 4+20 took of an AMD EPYC (7.4 and 7.5 for
/// 25). Pure.
double textbookCores(const Room& room);

/// What our encoder settings make of a mix beside vp8enc with cpu-used=-10 and nothing else: luma PSNR in dB,
/// bit/s, cores.
Json measureQuality(const Room& room);

}  // namespace tributary::bench
