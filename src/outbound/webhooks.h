#pragma once

#include <string>
#include <vector>

#include "glib/json.h"
#include "outbound/worker.h"

namespace tributary {

/// Messages to other programs, signed as Standard Webhooks (standardwebhooks.com): `webhook-id`,
/// `webhook-timestamp`, `webhook-signature` = "v1," and the base64 of HMAC-SHA256 over "id.timestamp.body".
/// Each is tried again with growing pauses for about an hour; with the same id, so that receivers can tell.
/// Thread: owner.
class Webhooks {
 public:
  struct Settings {
    std::vector<std::string> urls;
    std::string secret;  ///< "whsec_" and base64
  };
  explicit Webhooks(Settings settings);

  /// Posts {type, timestamp, data} to every URL.
  void send(const std::string& type, const Json& data);

  /// The signature header's value. Pure.
  static std::string signature(const std::string& secret, const std::string& id, const std::string& timestamp,
                               const std::string& body);

 private:
  struct Message {
    std::string url;
    std::string id;
    std::string body;
    size_t attempt = 0;
  };
  void post(Message message);

  Settings settings_;
  Worker worker_{"webhooks"};
};

}  // namespace tributary
