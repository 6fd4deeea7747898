#include "server/seats.h"

#include "base/random_id.h"
#include "support/loop_test.h"

namespace tributary {
namespace {

class SeatsTest : public LoopTest {
 protected:
  Seats seats_{std::chrono::milliseconds(20), [this](const std::string& identity) { givenUp_ = identity; }};
  std::string givenUp_;
};

TEST_F(SeatsTest, AreFoundByTokenAndSession) {
  Seat& seat = seats_.add("Ada", "moderator");
  seats_.occupy(seat, "s_1", {});
  EXPECT_EQ(seats_.byToken(seat.resumeToken), &seat);
  EXPECT_EQ(seats_.bySession("s_1"), &seat);
  EXPECT_EQ(seats_.byToken("nonsense"), nullptr);
  EXPECT_TRUE(seat.identity.starts_with("p_"));
  EXPECT_EQ(seat.identity.size(), 12u);
  EXPECT_EQ(seat.resumeToken.size(), 26u);
}

TEST_F(SeatsTest, AreGivenUpAfterTheDepartureTimeout) {
  Seat& seat = seats_.add("Ada", "moderator");
  const std::string identity = seat.identity;
  seats_.occupy(seat, "s_1", {});
  seats_.vacate(seat);
  EXPECT_EQ(seats_.bySession("s_1"), nullptr);
  EXPECT_EQ(seats_.size(), 1u);
  waitFor("the end of the seat", [this] { return seats_.size() == 0; });
  EXPECT_EQ(givenUp_, identity);
}

TEST_F(SeatsTest, AreKeptWhenSomebodyComesBack) {
  Seat& seat = seats_.add("Ada", "moderator");
  seats_.occupy(seat, "s_1", {});
  seats_.vacate(seat);
  seats_.occupy(seat, "s_2", {});
  EXPECT_FALSE(seat.departure.running());
  EXPECT_EQ(seats_.bySession("s_2"), &seat);
}

TEST(RandomId, IsNeverTheSame) {
  EXPECT_NE(randomToken(), randomToken());
  EXPECT_EQ(randomId("s_").find_first_not_of("s_abcdefghijklmnopqrstuvwxyz234567"), std::string::npos);
}

}  // namespace
}  // namespace tributary
