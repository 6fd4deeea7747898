#pragma once

#include <gst/gst.h>
#include <gst/rtp/gstrtcpbuffer.h>

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace tributary::test {

/// A real WebRTC client made of webrtcbin: sends a coloured picture with something moving in it and a tone,
/// and measures the mix it gets. Callbacks come on the main context's thread; measurements are of any.
class TestPeer : public std::enable_shared_from_this<TestPeer> {
 public:
  struct Options {
    std::string codec = "VP8";   ///< or "H264"
    uint32_t colour = 0xff0000;  ///< 0xRRGGBB, the picture's background
    double tone = 440;           ///< Hz; 0 sends silence
    int width = 640;
    int height = 360;
    int framerate = 30;
    int bitrate = 600'000;
    bool noise = false;      ///< snow instead of the picture, which takes all of the bitrate
    uint32_t screen = 0;     ///< 0xRRGGBB of a screen on a second video line; 0: no such line
    bool levels = false;     ///< tells how loud its packets are (RFC 6464)
    bool namesSsrcs = true;  ///< in its offer
    bool nacks = false;      ///< offers to ask for lost packets of the picture
    bool receives = true;
    bool sends = true;
  };

  static std::shared_ptr<TestPeer> create(Options options);
  ~TestPeer();

  std::function<void(const std::string& sdp)> onOffer;
  std::function<void(const std::string& candidate, unsigned mline)> onCandidate;

  /// Starts; onOffer follows.
  void start();
  void setAnswer(const std::string& sdp);
  void addCandidate(const std::string& candidate, unsigned mline);
  /// Goes without a word: sockets closed, nothing said.
  void stop();
  void setTone(double hertz);
  /// Sends some 100,000 packets of 1200 bytes a second, none of which the other side can decrypt, until so
  /// many are enough, which is asked after each thousand. Returns their number. Thread: any.
  uint64_t flood(const std::function<bool(uint64_t sent)>& isEnough);
  /// Asks again and again for the last 500 packets of the picture (RFC 4585's NACK). Returns how many it has
  /// asked for. Thread: any; returns when it is done.
  uint64_t askForAll(double seconds);
  /// Asks again and again for a key frame of the picture (RFC 4585's PLI). Returns how often. Thread: any;
  /// returns when it is done.
  uint64_t askForKeyFrames(double seconds);
  /// Whether anything is sent on the screen's line; at first nothing is.
  void sendScreen(bool on);

  struct Video {
    uint64_t frames = 0;
    uint64_t keyFrames = 0;   ///< that began to come
    double firstFrameAt = 0;  ///< seconds, monotonic; 0 before
    double lastFrameAt = 0;
    double largestGap = 0;   ///< seconds between two frames, since resetGap()
    double largestStep = 0;  ///< seconds between their RTP times: frames that were never sent
    int width = 0;
    int height = 0;
    bool beganWithKeyFrame = false;  ///< the first packet that came was a key frame's first
  };
  Video video() const;
  void resetGap();

  struct Rgb {
    int r, g, b;
  };
  /// The received picture's colour at a place given in ratios, averaged over a few pixels.
  Rgb pixel(double x, double y) const;

  /// Power of a tone in the last second received, in dB of full scale.
  double toneLevel(double hertz) const;
  /// Seconds of sound received.
  double soundSeconds() const;

  bool connected() const;

  /// What a sender report said of that stream: when (NTP, in seconds) its clock showed what, and how much it
  /// had sent.
  struct SenderReport {
    double ntp;
    uint32_t rtp;
    uint32_t packets;
    uint32_t octets;
  };
  /// The last that the other side said it takes, bit/s (REMB); nullopt: nothing yet.
  std::optional<double> remb() const;
  /// All that came, by SSRC.
  std::map<uint32_t, std::vector<SenderReport>> senderReports() const;

 private:
  explicit TestPeer(Options options) : options_(std::move(options)) {}
  void build();
  void onPad(GstPad* pad);
  void watchTimes(GstPad* pad);
  void onRtp(uint32_t time, std::span<const uint8_t> payload);
  GstBuffer* nackForAll() const;
  GstBuffer* feedback(GstRTCPType type, GstRTCPFBType format,
                      const std::function<void(GstRTCPPacket&)>& fill) const;
  GstBuffer* pli() const;
  uint64_t pushFeedback(double seconds, const std::function<GstBuffer*()>& packet);
  void onPicture(GstSample* sample);
  void onSound(GstSample* sample);

  void tellLevels();
  void watchReports();
  void onReport(GstBuffer* rtcp);

  Options options_;
  std::atomic<uint8_t> level_ = 127;
  GstElement* pipeline_ = nullptr;
  GstElement* webrtc_ = nullptr;
  mutable std::mutex mutex_;
  Video video_;
  std::optional<uint32_t> rtpTime_;  ///< of the last packet of the mix
  std::atomic<uint32_t> videoSsrc_ = 0;
  std::atomic<uint16_t> videoSequence_ = 0;  ///< of the last packet
  std::vector<uint8_t> picture_;             ///< RGBx
  std::vector<float> sound_;                 ///< the last two seconds, 48 kHz mono
  uint64_t soundSamples_ = 0;
  std::map<uint32_t, std::vector<SenderReport>> reports_;
  std::optional<double> remb_;
};

/// CLOCK_MONOTONIC in seconds.
double now();

/// Runs the default main context until `condition` holds; false when `seconds` have passed first.
bool waitFor(const std::function<bool()>& condition, double seconds = 30);

}  // namespace tributary::test
