#include "ipc/channel.h"

#include <sys/socket.h>

#include "support/loop_test.h"

namespace tributary {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class ChannelTest : public LoopTest {
 protected:
  void SetUp() override {
    LoopTest::SetUp();
    auto pair = Channel::socketPair();
    ASSERT_TRUE(pair);
    raw_ = pair->theirs.get();
    Channel::Handlers near;
    near.onEvent = [this](const std::string& event, const Json& fields) {
      events_.push_back(event);
      lastEvent_ = fields;
    };
    near.onClosed = [this](const std::string& reason) {
      ++closes_;
      reason_ = reason;
    };
    near_.emplace(std::move(pair->ours), std::move(near));
    theirs_ = std::move(pair->theirs);
  }

  void openFar() {
    Channel::Handlers far;
    far.onRequest = [this](const std::string& method, const Json& params, Reply reply) {
      if (method == "echo") return reply(params);
      if (method == "refuse") return reply(fail(ErrorCode::roomFull, "no room"));
      if (method == "big") return reply(Json(std::string(2 * 1024 * 1024, 'x')));
      if (method == "later") kept_ = std::make_shared<Reply>(std::move(reply));
      // Anything else is dropped unanswered.
    };
    far.onClosed = [this](const std::string&) { ++farCloses_; };
    far_.emplace(std::move(theirs_), std::move(far));
  }

  Result<Json> ask(const std::string& method, const Json& params = Json::object(),
                   milliseconds deadline = seconds(20)) {
    std::optional<Result<Json>> answer;
    near_->request(method, params, deadline, [&answer](Result<Json> result) { answer = std::move(result); });
    waitFor("the answer to " + method, [&answer] { return answer.has_value(); });
    return *answer;
  }

  int raw_ = -1;
  UniqueFd theirs_;
  std::optional<Channel> near_;
  std::optional<Channel> far_;
  std::vector<std::string> events_;
  Json lastEvent_;
  std::shared_ptr<Reply> kept_;
  int closes_ = 0;
  int farCloses_ = 0;
  std::string reason_;
};

TEST_F(ChannelTest, AnswersRequests) {
  openFar();
  EXPECT_EQ((*ask("echo", Json::object({{"a", 1}})))["a"].integer(), 1);
}

TEST_F(ChannelTest, PassesErrorsOn) {
  openFar();
  const auto answer = ask("refuse");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::roomFull);
  EXPECT_EQ(answer.error().message, "no room");
}

TEST_F(ChannelTest, ADroppedReplyAnswersInternal) {
  openFar();
  EXPECT_EQ(ask("ignore").error().code, ErrorCode::internal);
}

TEST_F(ChannelTest, AnAnswerThatIsTooBigBecomesAnError) {
  openFar();
  EXPECT_EQ(ask("big").error().code, ErrorCode::tooLarge);
  EXPECT_TRUE(ask("echo"));
}

TEST_F(ChannelTest, ARequestThatIsTooBigFailsAlone) {
  openFar();
  EXPECT_EQ(ask("echo", Json(std::string(2 * 1024 * 1024, 'x'))).error().code, ErrorCode::tooLarge);
  EXPECT_TRUE(ask("echo"));
}

TEST_F(ChannelTest, TimesOutOnceAndIgnoresTheLateAnswer) {
  openFar();
  EXPECT_EQ(ask("later", Json::object(), milliseconds(30)).error().code, ErrorCode::timeout);
  waitFor("the request", [this] { return kept_ != nullptr; });
  (*kept_)(Json::object());
  EXPECT_TRUE(ask("echo"));
  EXPECT_EQ(closes_, 0);
}

TEST_F(ChannelTest, SendsLargeMessagesBothWays) {
  openFar();
  const std::string text(900000, 'y');
  EXPECT_EQ((*ask("echo", Json::object({{"t", text}})))["t"].string(), text);
}

TEST_F(ChannelTest, DeliversEventsInOrder) {
  openFar();
  for (int i = 0; i < 100; ++i)
    far_->notify("e" + std::to_string(i), Json::object({{"n", i}}));
  waitFor("the events", [this] { return events_.size() == 100; });
  EXPECT_EQ(events_[42], "e42");
  EXPECT_EQ(lastEvent_["n"].integer(), 99);
}

TEST_F(ChannelTest, EofAnswersWhatWaitsAndIsReportedOnce) {
  openFar();
  std::optional<Result<Json>> answer;
  near_->request("later", Json::object(), seconds(60),
                 [&](Result<Json> result) { answer = std::move(result); });
  waitFor("the request", [this] { return kept_ != nullptr; });
  far_.reset();
  waitFor("the end", [this] { return closes_ > 0; });
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->error().code, ErrorCode::internal);
  settle();
  EXPECT_EQ(closes_, 1);
  EXPECT_FALSE(near_->isOpen());
  EXPECT_EQ(ask("echo").error().code, ErrorCode::internal);
}

TEST_F(ChannelTest, ClosingAnswersWhatWaits) {
  openFar();
  int answers = 0;
  near_->request("later", Json::object(), seconds(60), [&](const Result<Json>&) { ++answers; });
  near_->close();
  EXPECT_EQ(answers, 1);
  settle();
  EXPECT_EQ(closes_, 0);
  waitFor("the other side's end", [this] { return farCloses_ == 1; });
}

TEST_F(ChannelTest, MayBeDestroyedInItsHandler) {
  openFar();
  near_->request("echo", Json::object(), seconds(20), [this](const Result<Json>&) { near_.reset(); });
  waitFor("the destruction", [this] { return !near_.has_value(); });
  waitFor("the other side's end", [this] { return farCloses_ == 1; });
}

class BrokenChannel : public ChannelTest, public testing::WithParamInterface<std::string> {};

TEST_P(BrokenChannel, EndsTheChannelOnce) {
  ASSERT_GT(::send(raw_, GetParam().data(), GetParam().size(), 0), 0);
  waitFor("the end", [this] { return closes_ > 0; });
  settle();
  EXPECT_EQ(closes_, 1);
  EXPECT_NE(reason_.find("broken"), std::string::npos) << reason_;
}

INSTANTIATE_TEST_SUITE_P(Peers, BrokenChannel,
                         testing::Values(std::string("\0\0\0\0", 4), std::string("\xff\0\0\0x", 5),
                                         std::string("\0\0\0\5hello", 9), std::string("\0\0\0\2{}", 6),
                                         std::string("\0\0\0\x0f{\"replyTo\": 99}", 19),
                                         std::string("\0\0\0\x0e{\"method\":\"x\"}", 18)));

TEST_F(ChannelTest, APeerThatDoesNotReadIsGivenUp) {
  const Json big = Json::object({{"t", std::string(500000, 'z')}});
  for (int i = 0; i < 40 && near_->isOpen(); ++i)
    near_->notify("flood", big);
  waitFor("the end", [this] { return closes_ > 0; });
  EXPECT_NE(reason_.find("does not read"), std::string::npos) << reason_;
}

}  // namespace
}  // namespace tributary
