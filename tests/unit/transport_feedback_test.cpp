#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <map>
#include <random>

#include "rate/sent_packets.h"
#include "rate/transport_feedback_reader.h"
#include "rate/transport_feedback_writer.h"

namespace tributary {
namespace {

constexpr int64_t millisecond = 1'000'000;
constexpr int64_t start = 5'000'000 * millisecond;

using Told = std::map<uint16_t, std::optional<int64_t>>;

/// All that the writer has to say, as the reader takes it; what is told last counts.
Told tell(TransportFeedbackWriter& writer, TransportFeedbackReader& reader) {
  Told out;
  for (auto packet = writer.write(1, 2); !packet.empty(); packet = writer.write(1, 2)) {
    EXPECT_TRUE(isTransportFeedback(packet));
    EXPECT_EQ(packet.size() % 4, 0U);
    const auto read = reader.read(packet);
    EXPECT_FALSE(read.empty());
    for (const auto& one : read)
      out[one.sequence] = one.arrived;
  }
  return out;
}

TEST(TransportFeedback, IsWrittenAsTheDraftHasIt) {
  TransportFeedbackWriter writer;
  writer.onPacket(7, 64 * 3 * millisecond + 1 * millisecond);
  writer.onPacket(8, 64 * 3 * millisecond + 2 * millisecond);
  writer.onPacket(10, 64 * 3 * millisecond + 102 * millisecond);
  const std::vector<uint8_t> expected = {
      0x8f, 205,  0,    6,                 // version 2, format 15; seven words
      0,    0,    0,    1,    0, 0, 0, 2,  // SSRCs
      0,    7,    0,    4,                 // from 7, four packets
      0,    0,    3,    0,                 // 3 * 64 ms; the first report
      0xd4, 0x80,                          // two bits each: small, small, missing, large
      4,    4,    0x01, 0x90, 0, 0};       // 1 ms, 1 ms, 100 ms in quarters; filled up
  EXPECT_EQ(writer.write(1, 2), expected);
  EXPECT_TRUE(writer.write(1, 2).empty()) << "all is told";
}

TEST(TransportFeedback, AFewBytesCannotTellOfThousandsOfPackets) {
  std::vector<uint8_t> claim = {0x8f, 205, 0, 9, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0xff, 0xff, 0, 0, 3, 0};
  for (int i = 0; i < 10; ++i)
    claim.insert(claim.end(), {0x1f, 0xff});  // a run of 8191 that are missing
  TransportFeedbackReader reader;
  EXPECT_TRUE(reader.read(claim).empty());
  claim[14] = TransportFeedbackReader::mostStatuses >> 8;
  claim[15] = TransportFeedbackReader::mostStatuses & 0xff;
  EXPECT_EQ(reader.read(claim).size(), TransportFeedbackReader::mostStatuses);
}

/// A report of one packet that arrived at `reference` (of 64 ms, 24 bits of it).
std::vector<uint8_t> reportAt(uint32_t reference) {
  const auto byte = [reference](int shift) { return static_cast<uint8_t>(reference >> shift); };
  return {0x8f, 205, 0, 5, 0,        0,       0,       1, 0,    0,    0, 2,
          0,    7,   0, 1, byte(16), byte(8), byte(0), 0, 0x20, 0x01, 0, 0};
}

TEST(TransportFeedback, ATimeThatJumpsForHoursSaysNothing) {
  TransportFeedbackReader reader;
  EXPECT_EQ(reader.read(reportAt(0xfffff0)).size(), 1U);
  EXPECT_EQ(reader.read(reportAt(50'000)).size(), 1U) << "less than an hour, and a wrap";
  EXPECT_TRUE(reader.read(reportAt(120'000)).empty());
  const auto anew = reader.read(reportAt(120'001));
  ASSERT_EQ(anew.size(), 1U);
  EXPECT_EQ(anew.front().arrived, 120'001 * 64 * millisecond) << "a new beginning";
}

TEST(TransportFeedback, ATimeThatHurriesOnDoesNotOverflow) {
  for (const uint32_t step : {50'000U, 0xffffffU - 50'000U}) {
    TransportFeedbackReader reader;
    int64_t farthest = 0;
    for (uint32_t i = 0; i < 200'000; ++i) {
      for (const auto& packet : reader.read(reportAt(step * i & 0xffffff)))
        farthest = std::max(farthest, std::abs(*packet.arrived));
    }
    EXPECT_LE(farthest, std::numeric_limits<int64_t>::max() / 16);
  }
}

TEST(TransportFeedback, ArrivesAsItWasNoted) {
  std::mt19937 random(7);
  TransportFeedbackWriter writer;
  TransportFeedbackReader reader;
  Told expected;
  Told told;
  int64_t now = start;
  uint16_t sequence = 65'000;  // it wraps on the way
  for (int i = 0; i < 20'000; ++i, ++sequence) {
    now += static_cast<int64_t>(random() % 40 == 0 ? random() % 400 : random() % 3) * millisecond / 2;
    const bool lost = random() % (i / 4000 % 2 == 0 ? 50 : 3) == 0;
    expected[sequence] = lost ? std::nullopt : std::optional(now);
    if (!lost) writer.onPacket(sequence, now);
    if (i % 300 != 299) continue;
    for (const auto& [number, arrived] : tell(writer, reader))
      told[number] = arrived;
    for (auto& [number, arrived] : expected) {
      if (!told.contains(number)) continue;  // lost at the end of a report: told by the next
      ASSERT_EQ(told[number].has_value(), arrived.has_value()) << number;
      if (arrived) {
        ASSERT_NEAR(static_cast<double>(*told[number] - *arrived), 0, 130'000) << number;
      }
    }
    expected.clear();
    told.clear();
  }
}

TEST(TransportFeedback, WhateverTheOrderAndHoweverManyCopies) {
  std::mt19937 random(11);
  TransportFeedbackWriter writer;
  TransportFeedbackReader reader;
  Told expected;
  Told told;
  int64_t now = start;
  writer.onPacket(65'299, now);                         // what comes before the first is not waited for
  for (int from = 65'300; from < 65'700; from += 40) {  // the numbers wrap on the way
    std::vector<uint16_t> numbers;
    for (int i = 0; i < 40; ++i)
      numbers.push_back(static_cast<uint16_t>(from + i));
    std::ranges::shuffle(numbers, random);
    for (const uint16_t number : numbers) {
      now += millisecond;
      expected[number] = now;
      writer.onPacket(number, now);
      writer.onPacket(number, now + millisecond);
      if (random() % 7 != 0) continue;
      for (const auto& [one, arrived] : tell(writer, reader))
        told[one] = arrived;
    }
  }
  for (const auto& [number, arrived] : tell(writer, reader))
    told[number] = arrived;
  ASSERT_EQ(told.size(), 401U);
  for (const auto& [number, arrived] : expected) {
    ASSERT_TRUE(told[number]) << number;
    EXPECT_NEAR(static_cast<double>(*told[number] - *arrived), 0, 130'000) << number;
  }
}

TEST(TransportFeedback, TakesALossBackWhenThePacketComesLate) {
  TransportFeedbackWriter writer;
  TransportFeedbackReader reader;
  for (const uint16_t number : {1, 2, 4, 5})
    writer.onPacket(number, start + number * millisecond);
  auto told = tell(writer, reader);
  EXPECT_FALSE(told.at(3));
  writer.onPacket(3, start + 40 * millisecond);
  writer.onPacket(6, start + 41 * millisecond);
  told = tell(writer, reader);
  ASSERT_TRUE(told.at(3));
  EXPECT_EQ(*told.at(3), start + 40 * millisecond);
  EXPECT_EQ(*told.at(4), start + 4 * millisecond) << "what is told again is the same";
  EXPECT_EQ(*told.at(6), start + 41 * millisecond);
}

TEST(TransportFeedback, ForgetsWhatIsTooLateAndCopies) {
  TransportFeedbackWriter writer;
  TransportFeedbackReader reader;
  writer.onPacket(1, start);
  writer.onPacket(3, start);
  tell(writer, reader);
  writer.onPacket(3, start + 10 * millisecond);
  EXPECT_TRUE(tell(writer, reader).empty()) << "a copy";
  writer.onPacket(4, start + 2 * TransportFeedbackWriter::memory);
  tell(writer, reader);
  writer.onPacket(2, start + 2 * TransportFeedbackWriter::memory);
  EXPECT_TRUE(tell(writer, reader).empty()) << "too late";
}

TEST(TransportFeedback, StandsAPauseAndAJump) {
  TransportFeedbackWriter writer;
  TransportFeedbackReader reader;
  writer.onPacket(100, start);
  writer.onPacket(101, start + 60'000 * millisecond);  // more than a delta holds
  auto told = tell(writer, reader);
  EXPECT_EQ(*told.at(100), start);
  EXPECT_EQ(*told.at(101), start + 60'000 * millisecond);
  writer.onPacket(40'000, start + 60'001 * millisecond);
  told = tell(writer, reader);
  EXPECT_EQ(told.size(), 1U) << "another numbering: what is between was not lost";
}

TEST(TransportFeedback, ReadsNothingOutOfWhatIsMalformed) {
  TransportFeedbackWriter writer;
  for (uint16_t i = 0; i < 100; i = static_cast<uint16_t>(i + 1 + i % 3))
    writer.onPacket(i, start + i * 9 * millisecond);
  const auto good = writer.write(1, 2);
  std::mt19937 random(3);
  for (size_t length = 0; length < good.size() - 3; ++length)
    EXPECT_TRUE(TransportFeedbackReader().read(std::span(good).first(length)).empty()) << length;
  for (int i = 0; i < 20'000; ++i) {
    auto bad = good;
    for (int n = 0; n < 4; ++n)
      bad[random() % bad.size()] = static_cast<uint8_t>(random());
    EXPECT_LE(TransportFeedbackReader().read(bad).size(), 65'535U);
  }
}

TEST(SentPackets, AreFoundUntilForgotten) {
  SentPackets sent;
  EXPECT_FALSE(sent.find(0));
  uint16_t last = 0;
  for (int i = 0; i < 70'000; ++i)
    last = sent.add(static_cast<uint32_t>(i), i);
  EXPECT_EQ(sent.find(last)->sent, 69'999);
  EXPECT_EQ(sent.find(static_cast<uint16_t>(last - 1000))->bytes, 68'999U);
  EXPECT_FALSE(sent.find(static_cast<uint16_t>(last + 1)));
  EXPECT_FALSE(sent.find(static_cast<uint16_t>(last - 2000)));
}

}  // namespace
}  // namespace tributary
