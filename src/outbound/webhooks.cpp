#include "outbound/webhooks.h"

#include <glib.h>

#include <array>
#include <chrono>
#include <ctime>
#include <memory>

#include "base/log.h"
#include "base/random_id.h"
#include "base/timestamp.h"
#include "glib/object_ptr.h"
#include "outbound/http_request.h"

namespace tributary {
namespace {

using std::chrono::seconds;

/// As the specification proposes, cut at an hour: what is older than that is in the API.
constexpr std::array<seconds, 6> pauses = {seconds(1),   seconds(5),   seconds(30),
                                           seconds(120), seconds(600), seconds(2700)};
constexpr std::string_view secretPrefix = "whsec_";

std::string base64(const std::vector<guchar>& bytes) {
  const std::unique_ptr<char, GFree> text(g_base64_encode(bytes.data(), bytes.size()));
  return text.get();
}

}  // namespace

Webhooks::Webhooks(Settings settings) : settings_(std::move(settings)) {}

std::string Webhooks::signature(const std::string& secret, const std::string& id,
                                const std::string& timestamp, const std::string& body) {
  const std::string encoded = secret.starts_with(secretPrefix) ? secret.substr(secretPrefix.size()) : secret;
  gsize keyLength = 0;
  const std::unique_ptr<guchar, GFree> key(g_base64_decode(encoded.c_str(), &keyLength));
  const std::unique_ptr<GHmac, decltype(&g_hmac_unref)> hmac(
      g_hmac_new(G_CHECKSUM_SHA256, key.get(), keyLength), g_hmac_unref);
  const std::string text = id + "." + timestamp + "." + body;
  g_hmac_update(hmac.get(), reinterpret_cast<const guchar*>(text.data()), static_cast<gssize>(text.size()));
  std::vector<guchar> digest(32);
  gsize length = digest.size();
  g_hmac_get_digest(hmac.get(), digest.data(), &length);
  return "v1," + base64(digest);
}

void Webhooks::send(const std::string& type, const Json& data) {
  if (settings_.urls.empty()) return;
  const std::string body = Json::object({{"type", type}, {"timestamp", timestamp()}, {"data", data}}).dump();
  const std::string id = "msg_" + randomToken();
  for (const auto& url : settings_.urls)
    post({url, id, body, 0});
}

void Webhooks::post(Message message) {
  const auto pause = message.attempt == 0 ? seconds(0) : pauses.at(message.attempt - 1);
  worker_.run(
      [this, message = std::move(message),
       secret = settings_.secret](const std::atomic<bool>&) -> Worker::Then {
        const std::string now = std::to_string(std::time(nullptr));
        HttpRequest request;
        request.url = message.url;
        request.body = message.body;
        request.headers = {"Content-Type: application/json", "webhook-id: " + message.id,
                           "webhook-timestamp: " + now,
                           "webhook-signature: " + signature(secret, message.id, now, message.body)};
        const auto answer = perform(request);
        if (answer && answer->status / 100 == 2) return {};
        const std::string reason =
            answer ? "it answers " + std::to_string(answer->status) : answer.error().message;
        return [this, message, reason] {
          const bool last = message.attempt >= pauses.size();
          log::warning(last ? "webhook.givenUp" : "webhook.failed",
                       {{"url", message.url}, {"attempt", message.attempt + 1}, {"reason", reason}});
          if (last) return;
          Message again = message;
          ++again.attempt;
          post(std::move(again));
        };
      },
      pause);
}

}  // namespace tributary
