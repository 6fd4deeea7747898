#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

namespace tributary {

/// How long a person's sound is to be held so that it is mixed with the picture that was taken with it. A
/// camera takes longer than a microphone, and a picture of many packets longer on its way; a client that
/// received the two would hold the sound itself, but gets them mixed.
///
/// When samples were taken is known from the client's sender reports (RFC 3550, 6.4.1), by a clock of its own
/// that both streams share. Judged once a second, over the last three; sound is never held for a picture that
/// does not come, nor for one that is said to come more than `implausible` later.
///
/// Times are monotonicNow()'s. Thread: any.
class LipSync {
 public:
  /// `most`: the longest hold, ns; 0: it is never held.
  explicit LipSync(int64_t most) : most_(most) {}
  void setMost(int64_t most);

  /// Of a sender report: NTP time in 32.32 fixed point, and the stream's at that moment. Of a stream that
  /// neither packets nor pictures have come of yet it says nothing.
  void onReport(uint32_t ssrc, uint64_t ntp, uint32_t rtp);
  /// A packet of sound has come that will be mixed at `mixed`, if it is not held. How long it is to be, ns.
  int64_t onSound(uint32_t ssrc, uint32_t rtp, int64_t mixed);
  /// A picture is ready for the mix at `now`.
  void onPicture(uint32_t ssrc, uint32_t rtp, int64_t now);

  /// By how much sound is mixed before the picture that was taken with it (below 0: after it), ns, over the
  /// last three seconds; nullopt where one of the two is missing, or the client's reports are.
  std::optional<int64_t> apart();

  static constexpr int64_t implausible = 2'000'000'000;  ///< ns

 private:
  struct Stream {
    int64_t rate;  ///< of the RTP clock
    bool known = false;
    uint32_t ssrc = 0;
    std::optional<int64_t> reported;  ///< ns by the sender's clock
    uint32_t reportedAs = 0;          ///< the same moment by the RTP clock
    std::vector<int64_t> lags;        ///< ns from being taken to being mixed, and the two clocks' difference

    void begin(uint32_t newSsrc);
    void onReport(uint64_t ntp, uint32_t rtp);
    void add(uint32_t rtp, int64_t now);
  };

  std::optional<int64_t> lead();
  void judge();

  std::mutex mutex_;  ///< all below
  int64_t most_;
  Stream sound_{.rate = 48'000};
  Stream picture_{.rate = 90'000};
  int64_t windowBegan_ = 0;
  std::vector<int64_t> leads_;  ///< of sound, ns; the newest windows'
  size_t known_ = 0;            ///< windows in a row in which both were there
  int64_t hold_ = 0;
  std::optional<int64_t> apart_;
};

}  // namespace tributary
