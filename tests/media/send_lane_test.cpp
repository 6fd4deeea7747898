#include "media/send_lane.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "media/send_stream.h"

namespace tributary {
namespace {

using std::chrono::milliseconds;

/// Opens once; whoever waits before that waits for it.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
};

struct Held : SendLane::Work {
  Gate begun;
  Gate release;
  void run() override {
    begun.open();
    release.wait();
  }
};

struct Done : SendLane::Work {
  std::atomic<int> runs = 0;
  Gate ran;
  void run() override {
    ++runs;
    ran.open();
  }
};

TEST(SendLane, WhatIsHeldUpHoldsUpNobodyElse) {
  SendLane lane("test-lane");
  const auto held = std::make_shared<Held>();
  lane.schedule(held);
  ASSERT_TRUE(held->begun.wait());
  const auto behind = std::make_shared<Done>();
  lane.schedule(behind);
  // The next packet of anybody finds out that the first is stuck.
  for (int i = 0; i < 3000 && behind->runs == 0; ++i) {
    std::this_thread::sleep_for(milliseconds(10));
    lane.schedule(std::make_shared<Done>());
  }
  EXPECT_EQ(behind->runs, 1);
  const auto later = std::make_shared<Done>();
  lane.schedule(later);
  EXPECT_TRUE(later->ran.wait()) << "while one is stuck, another thread does its work";
  EXPECT_GE(lane.threads(), 2U);
  held->release.open();
}

TEST(SendLane, GoesBackToOneThreadWhenThatIsEnoughAgain) {
  SendLane lane("test-lane");
  for (int round = 0; round < 2; ++round) {
    const auto held = std::make_shared<Held>();
    lane.schedule(held);
    ASSERT_TRUE(held->begun.wait());
    for (int i = 0; i < 3000 && lane.threads() < 2; ++i) {
      std::this_thread::sleep_for(milliseconds(10));
      lane.schedule(std::make_shared<Done>());
    }
    ASSERT_GE(lane.threads(), 2U) << "round " << round;
    held->release.open();
    for (int i = 0; i < 3000 && lane.threads() > 1; ++i) {
      std::this_thread::sleep_for(milliseconds(10));
      lane.schedule(std::make_shared<Done>());
    }
    EXPECT_EQ(lane.threads(), 1U) << "round " << round;
  }
}

TEST(SendLane, OneThreadForWorkThatTakesNoTime) {
  SendLane lane("test-lane");
  for (int i = 0; i < 100; ++i) {
    const auto work = std::make_shared<Done>();
    lane.schedule(work);
    ASSERT_TRUE(work->ran.wait());
    EXPECT_EQ(work->runs, 1);
  }
  EXPECT_LE(lane.threads(), SendLane::mostThreads);
}

/// What webrtcbin is to a stream: a pad that takes buffers, here until it is told to wait.
class Receiver {
 public:
  Receiver() : pad_(ObjectPtr<GstPad>::sink(gst_pad_new("sink", GST_PAD_SINK))) {
    const auto chain = [](GstPad* pad, GstObject*, GstBuffer* buffer) {
      static_cast<Receiver*>(pad->chaindata)->take(buffer);
      return GST_FLOW_OK;
    };
    gst_pad_set_chain_function_full(pad_.get(), chain, this, nullptr);
    gst_pad_set_active(pad_.get(), TRUE);
  }
  GstPad* pad() const { return pad_.get(); }
  std::vector<guint64> waitFor(size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(30), [&] { return numbers_.size() >= count; });
    return numbers_;
  }
  Gate begun;
  Gate release;

 private:
  void take(GstBuffer* buffer) {
    begun.open();
    release.wait();
    const std::lock_guard lock(mutex_);
    numbers_.push_back(GST_BUFFER_OFFSET(buffer));
    gst_buffer_unref(buffer);
    changed_.notify_all();
  }

  ObjectPtr<GstPad> pad_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<guint64> numbers_;
};

GstBuffer* numbered(guint64 number) {
  GstBuffer* buffer = gst_buffer_new();
  GST_BUFFER_OFFSET(buffer) = number;
  return buffer;
}

class SendStreamTest : public testing::Test {
 protected:
  SendStreamTest() {
    GstCaps* caps = gst_caps_new_empty_simple("application/x-rtp");
    EXPECT_TRUE(stream_->start(receiver_.pad(), caps));
    gst_caps_unref(caps);
  }
  Receiver receiver_;  // before the lane, which pushes into it until it has ended
  SendLane lane_{"test-lane"};
  std::shared_ptr<SendStream> stream_ = std::make_shared<SendStream>(lane_, "out", 5);
};

TEST_F(SendStreamTest, KeepsTheOrderOfBuffersAndLists) {
  receiver_.release.open();
  for (guint64 i = 0; i < 300; i += 3) {
    GstBufferList* two = gst_buffer_list_new();
    gst_buffer_list_add(two, numbered(i));
    gst_buffer_list_add(two, numbered(i + 1));
    stream_->push(two);
    stream_->push(numbered(i + 2));
    ASSERT_EQ(receiver_.waitFor(i + 3).size(), i + 3) << "five may wait, so these wait for each other";
  }
  const auto got = receiver_.waitFor(300);
  for (guint64 i = 0; i < got.size(); ++i)
    EXPECT_EQ(got[i], i);
}

TEST_F(SendStreamTest, LosesTheOldestWhenThePeerTakesNothing) {
  stream_->push(numbered(0));
  ASSERT_TRUE(receiver_.begun.wait());
  for (guint64 i = 1; i <= 20; ++i)
    stream_->push(numbered(i));
  receiver_.release.open();
  EXPECT_EQ(receiver_.waitFor(6), (std::vector<guint64>{0, 16, 17, 18, 19, 20}));
}

TEST_F(SendStreamTest, TakesNothingMoreOnceClosed) {
  stream_->push(numbered(0));
  ASSERT_TRUE(receiver_.begun.wait());
  stream_->push(numbered(1));
  stream_->close();
  stream_->push(numbered(2));
  receiver_.release.open();
  EXPECT_EQ(receiver_.waitFor(1), (std::vector<guint64>{0}));
}

TEST_F(SendStreamTest, IsDetachedOnlyOnceThePushInHandIsOver) {
  stream_->push(numbered(0));
  ASSERT_TRUE(receiver_.begun.wait());
  std::atomic<bool> detached = false;
  std::thread detaching([&] {
    stream_->detach();
    detached = true;
  });
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_FALSE(detached) << "whoever frees the pad now frees it under the push";
  receiver_.release.open();
  detaching.join();
  EXPECT_FALSE(gst_pad_is_linked(stream_->pad()));
  EXPECT_EQ(receiver_.waitFor(1), (std::vector<guint64>{0}));
}

}  // namespace
}  // namespace tributary
