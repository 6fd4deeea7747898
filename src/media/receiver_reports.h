#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>

typedef struct _GstBuffer GstBuffer;
typedef struct _GstRTCPPacket GstRTCPPacket;

namespace tributary {

/// What a client's RTCP says of what it receives of us: the report blocks of RFC 3550. webrtcbin's get-stats
/// would tell the same, but it holds the RTP session's lock, for which the sending threads wait, and in
/// GStreamer before 1.22.4 it reads the table of sources while a teardown empties it (its commit 5ef2ce69;
/// GLib then says "g_hash_table_foreach: assertion 'version == hash_table->version' failed"). Thread: any.
class ReceiverReports {
 public:
  /// Of all streams that a packet reports on.
  struct Report {
    int32_t lost = 0;        ///< packets since the stream's last report; below 0: late ones had been counted
    uint32_t expected = 0;   ///< likewise; 0: nothing new, or a stream's first report
    double roundTripMs = 0;  ///< the longest; 0: not known yet
  };

  /// A stream of ours: reports of other SSRCs are ignored.
  void expect(uint32_t ssrc);
  /// Packets of that stream of ours that never came, by all reports but the first; what is said to have come
  /// after all is not taken back.
  uint64_t lost(uint32_t ssrc) const;
  /// A compound packet, as it came. `ntpNow`: as the sender reports have it, 32.32 fixed point. Nullopt where
  /// it does not report on a stream of ours.
  std::optional<Report> read(GstBuffer* rtcp, uint64_t ntpNow);

 private:
  struct Counters {
    uint32_t highest = 0;  ///< extended sequence number
    int32_t lost = 0;      ///< since the stream began
  };
  struct Stream {
    std::optional<Counters> last;
    int64_t lost = 0;      ///< by the reports since the first
    int64_t mostLost = 0;  ///< that ever was
  };
  struct Block;
  static Block blockOf(GstRTCPPacket& packet, unsigned index);
  static void add(Report& report, Stream& stream, const Counters& now);

  mutable std::mutex mutex_;
  std::map<uint32_t, Stream> streams_;
};

/// The system clock as RTCP has it: seconds since 1900 in 32.32 fixed point.
uint64_t ntpNow();

}  // namespace tributary
