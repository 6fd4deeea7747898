#include "media/dtls_handshake.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "glib/object_ptr.h"
#include "media/ticker.h"

namespace tributary {
namespace {

constexpr std::chrono::seconds deadline{30};

/// One way between the two: what was sent on it, and how many of the first are lost.
struct Way {
  struct Datagram {
    size_t bytes;
    int64_t at;  ///< ns
  };
  size_t loses = 0;
  std::vector<Datagram> sent;
};

/// A DTLS client and a server, as in two webrtcbins, and what they send each other.
class Handshake : public testing::Test {
 protected:
  Handshake() : pipeline_(ObjectPtr<GstElement>::sink(gst_pipeline_new(nullptr))) {}
  ~Handshake() override { gst_element_set_state(pipeline_.get(), GST_STATE_NULL); }

  void start() {
    GstElement* const hears[] = {decoder("client"), decoder("server")};
    GstElement* const says[] = {encoder("client", true), encoder("server", false)};
    ASSERT_TRUE(gst_element_link(says[0], hears[1]));
    ASSERT_TRUE(gst_element_link(says[1], hears[0]));
    watch(says[0], client_);
    watch(says[1], server_);
    for (GstElement* end : says)
      g_signal_connect(end, "on-key-received", G_CALLBACK(&Handshake::onKey), this);
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  }

  bool finished() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, deadline, [this] { return keys_ >= 2; });
  }
  bool clientHasSent(size_t datagrams) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, deadline, [&] { return client_.sent.size() >= datagrams; });
  }
  std::vector<Way::Datagram> sentBy(const Way& way) {
    const std::lock_guard lock(mutex_);
    return way.sent;
  }

  Way client_, server_;

 private:
  GstElement* add(const char* factory, const char* connection) {
    GstElement* const element = gst_element_factory_make(factory, nullptr);
    g_object_set(element, "connection-id", connection, nullptr);
    gst_bin_add(GST_BIN(pipeline_.get()), element);
    return element;
  }
  GstElement* decoder(const char* connection) { return add("dtlsdec", connection); }
  GstElement* encoder(const char* connection, bool isClient) {
    GstElement* const element = add("dtlsenc", connection);
    g_object_set(element, "is-client", isClient, nullptr);
    return element;
  }

  void watch(GstElement* from, Way& way) {
    const auto pad = ObjectPtr<GstPad>::adopt(gst_element_get_static_pad(from, "src"));
    struct Place {
      Handshake* test;
      Way* way;
    };
    const auto pass = [](GstPad*, GstPadProbeInfo* info, gpointer data) {
      const auto* place = static_cast<Place*>(data);
      const std::lock_guard lock(place->test->mutex_);
      place->way->sent.push_back({gst_buffer_get_size(GST_PAD_PROBE_INFO_BUFFER(info)), monotonicNow()});
      place->test->changed_.notify_all();
      return place->way->sent.size() <= place->way->loses ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
    };
    gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_BUFFER, pass, new Place{this, &way},
                      [](gpointer data) { delete static_cast<Place*>(data); });
  }

  static void onKey(GstElement* /*encoder*/, Handshake* test) {
    const std::lock_guard lock(test->mutex_);
    ++test->keys_;
    test->changed_.notify_all();
  }

  ObjectPtr<GstElement> pipeline_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int keys_ = 0;
};

TEST_F(Handshake, HasAFlightInADatagramOrTwo) {
  start();
  ASSERT_TRUE(finished());
  for (const auto& way : {sentBy(client_), sentBy(server_)}) {
    const size_t largest = std::ranges::max(way, {}, &Way::Datagram::bytes).bytes;
    EXPECT_GT(largest, 600U) << "the certificate, and what goes with it";
    EXPECT_LE(largest, 1200U);
  }
}

TEST_F(Handshake, WhatIsNotAnsweredIsSentAgainSoon) {
  client_.loses = 2;
  start();
  ASSERT_TRUE(clientHasSent(3));
  ASSERT_TRUE(finished());
  const auto sent = sentBy(client_);
  const auto waited = [&](size_t nth) { return static_cast<double>(sent[nth].at - sent[nth - 1].at) * 1e-9; };
  EXPECT_GE(waited(1), 0.09);
  EXPECT_LT(waited(1), 0.9) << "OpenSSL’s own wait is a second";
  EXPECT_GE(waited(2), 0.19);
}

}  // namespace
}  // namespace tributary
