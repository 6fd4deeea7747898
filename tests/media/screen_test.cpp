#include <gtest/gtest.h>

#include "media_room.h"

namespace tributary::test {
namespace {

constexpr uint32_t red = 0xd02020;
constexpr uint32_t green = 0x20c020;
constexpr uint32_t yellow = 0xe0e020;  // no card has it
constexpr uint32_t black = 0x000000;

TestPeer::Options sharer(uint32_t screen) {
  TestPeer::Options options;
  options.colour = red;
  options.width = 320;
  options.height = 180;
  options.framerate = 25;
  options.screen = screen;
  return options;
}

TEST(Screen, HasATileOfItsOwnWholeAndLetterboxed) {
  MediaRoom room;
  room.join("a", sharer(yellow));
  TestPeer::Options plain = sharer(0);
  plain.colour = green;
  room.join("b", plain);
  room.media().setScreenShared("a", true);
  room.arrange({"a"});
  ASSERT_TRUE(waitFor([&] { return alike(room.seen("b", "a"), red); })) << "the camera's m-line is the first";
  EXPECT_EQ(room.media().lastScreenPacket("a"), 0);
  room.peer("a").sendScreen(true);
  EXPECT_TRUE(waitFor([&] { return alike(room.seenOfScreen("b", "a"), yellow); }));
  // 4:3 in a tile that is wider: bars at the sides, the edge of the picture inside.
  EXPECT_TRUE(waitFor([&] { return alike(room.seenOfScreen("b", "a", 0.03), black); }));
  EXPECT_TRUE(alike(room.seenOfScreen("b", "a", 0.5, 0.06), yellow)) << "nothing is cut off";
  EXPECT_TRUE(alike(room.seen("b", "a"), red)) << "the camera stays";
  EXPECT_TRUE(waitFor([&] { return alike(room.seen("a", "b"), green); })) << "who shares gets the mix";
}

TEST(Screen, AtRestStandsLongerThanACameraWould) {
  MediaRoom room;
  room.join("a", sharer(yellow));
  room.media().setScreenShared("a", true);
  room.arrange({"a"});
  ASSERT_TRUE(waitFor([&] { return room.peer("a").video().frames > 0; }));
  room.peer("a").sendScreen(true);
  ASSERT_TRUE(waitFor([&] { return alike(room.seenOfScreen("a", "a"), yellow); }));
  room.peer("a").sendScreen(false);
  const double until = now() + 2 * static_cast<double>(TileSlot::cardAfter) * 1e-9;
  EXPECT_FALSE(waitFor([&] { return !alike(room.seenOfScreen("a", "a"), yellow); }, until - now()));
}

TEST(Screen, NotSharedIsNotShown) {
  MediaRoom room;
  room.join("a", sharer(yellow));
  room.arrange({"a"});
  ASSERT_TRUE(waitFor([&] { return room.peer("a").video().frames > 0; }));
  room.peer("a").sendScreen(true);
  ASSERT_TRUE(waitFor([&] { return room.media().lastScreenPacket("a") > 0; })) << "it does arrive";
  EXPECT_FALSE(waitFor([&] { return alike(room.seenOfScreen("a", "a"), yellow); }, 2));
  EXPECT_GT(room.media().stats().framesSkipped, 0U) << "nor decoded";
  room.media().setScreenShared("a", true);
  EXPECT_TRUE(waitFor([&] { return alike(room.seenOfScreen("a", "a"), yellow); }));
  room.media().setScreenShared("a", false);
  EXPECT_TRUE(waitFor([&] { return !alike(room.seenOfScreen("a", "a"), yellow); }, 10)) << "gone at once";
}

}  // namespace
}  // namespace tributary::test
