// What is sent can be read by another SRTP library, libsrtp, over more than one round of sequence numbers.
#include "media/srtp_encryptor.h"

#include <gst/gst.h>
#include <gtest/gtest.h>
#include <srtp2/srtp.h>

#include <array>
#include <memory>
#include <vector>

#include "glib/object_ptr.h"

namespace tributary {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes packetOf(uint32_t ssrc, uint16_t sequence, size_t payload, bool extension = false) {
  Bytes out = {uint8_t(extension ? 0x90 : 0x80), 96, uint8_t(sequence >> 8), uint8_t(sequence), 1, 2, 3, 4};
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(uint8_t(ssrc >> shift));
  for (const int byte : {0xBE, 0xDE, 0, 1, 0x10, 0x7F, 0, 0})
    if (extension) out.push_back(uint8_t(byte));
  for (size_t i = 0; i < payload; ++i)
    out.push_back(uint8_t(i * 7 + sequence));
  return out;
}

class SrtpEncryptorTest : public testing::Test {
 protected:
  void SetUp() override {
    for (size_t i = 0; i < key_.size(); ++i)
      key_[i] = static_cast<uint8_t>(i * 11 + 3);
    // Its plugin calls srtp_init(), which only one may.
    const auto element = ObjectPtr<GstElement>::adopt(
        GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("srtpdec", nullptr))));
    srtp_policy_t policy{};
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtp);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80(&policy.rtcp);
    policy.ssrc.type = ssrc_any_inbound;
    policy.key = key_.data();
    ASSERT_EQ(srtp_create(&receiver_, &policy), srtp_err_status_ok);
  }

  void TearDown() override { srtp_dealloc(receiver_); }

  Bytes protect(SrtpEncryptor& encryptor, Bytes packet) {
    const size_t size = packet.size();
    packet.resize(size + SrtpEncryptor::tagBytes);
    packet.resize(encryptor.protect(packet, size));
    return packet;
  }

  /// Empty: it was refused.
  Bytes receive(Bytes packet) {
    int size = static_cast<int>(packet.size());
    if (srtp_unprotect(receiver_, packet.data(), &size) != srtp_err_status_ok) return {};
    packet.resize(static_cast<size_t>(size));
    return packet;
  }

  std::array<uint8_t, SrtpEncryptor::keyBytes> key_{};
  srtp_t receiver_ = nullptr;
};

TEST_F(SrtpEncryptorTest, AnotherLibraryReadsItRoundAfterRound) {
  SrtpEncryptor encryptor(key_);
  ASSERT_TRUE(encryptor.valid());
  uint16_t sound = 65000;
  uint16_t picture = 100;
  for (int i = 0; i < 140'000; ++i) {
    const Bytes packet =
        i % 4 == 0 ? packetOf(0x1000, sound++, 80, true) : packetOf(0xFFFF0001, picture++, i % 64);
    const Bytes sent = protect(encryptor, packet);
    ASSERT_EQ(sent.size(), packet.size() + SrtpEncryptor::tagBytes);
    ASSERT_EQ(receive(sent), packet) << "packet " << i;
  }
}

TEST_F(SrtpEncryptorTest, WhatIsChangedOnTheWayIsRefused) {
  SrtpEncryptor encryptor(key_);
  const Bytes packet = packetOf(1, 1, 100);
  const Bytes sent = protect(encryptor, packet);
  EXPECT_FALSE(std::equal(packet.begin() + 12, packet.end(), sent.begin() + 12)) << "it is not encrypted";
  for (const size_t at : {size_t{2}, size_t{50}, sent.size() - 1}) {
    Bytes changed = sent;
    changed[at] ^= 1;
    EXPECT_TRUE(receive(changed).empty()) << "byte " << at;
  }
  EXPECT_EQ(receive(sent), packet);
}

TEST_F(SrtpEncryptorTest, TakesNothingWithoutRoomOrHeader) {
  SrtpEncryptor encryptor(key_);
  Bytes packet = packetOf(1, 1, 100);
  EXPECT_EQ(encryptor.protect(packet, packet.size()), 0U) << "no room for the tag";
  EXPECT_EQ(encryptor.protect(packet, 6), 0U);
}

}  // namespace
}  // namespace tributary
