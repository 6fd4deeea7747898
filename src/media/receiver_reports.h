#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

typedef struct _GstBuffer GstBuffer;

namespace tributary {

/// What a client's RTCP says of what it receives of us: the report blocks of RFC 3550. webrtcbin's get-stats
/// would tell the same, but it holds the RTP session's lock, for which the sending threads wait, and in
/// GStreamer before 1.22.4 it reads the table of sources while a teardown empties it (its commit 5ef2ce69;
/// GLib then says "g_hash_table_foreach: assertion 'version == hash_table->version' failed"). Thread: any.
class ReceiverReports {
 public:
  struct Quality {
    double fractionLost = 0;  ///< 0 … 1, since its last report
    double roundTripMs = 0;   ///< 0: not known yet
  };

  /// A stream of ours: reports of other SSRCs are ignored.
  void expect(uint32_t ssrc);
  /// A compound packet, as it came. `ntpNow`: as the sender reports have it, 32.32 fixed point. Whether it
  /// reports on a stream of ours.
  bool read(GstBuffer* rtcp, uint64_t ntpNow);
  /// The worst of the streams' latest reports; nullopt before the first.
  std::optional<Quality> worst() const;

 private:
  mutable std::mutex mutex_;
  std::map<uint32_t, std::optional<Quality>> streams_;
};

/// The system clock as RTCP has it: seconds since 1900 in 32.32 fixed point.
uint64_t ntpNow();

}  // namespace tributary
