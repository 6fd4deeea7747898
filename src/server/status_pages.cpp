#include "server/status_pages.h"

#include "base/heap.h"

namespace tributary {
namespace {

constexpr const char* plainText = "text/plain; charset=utf-8";
constexpr std::chrono::milliseconds metricsDeadline{1000};

}  // namespace

StatusPages::StatusPages(Context context, http::Server& http) : context_(std::move(context)) {
  http.add({"GET", "/healthz", nullptr, [](const auto& call) { call->reply(200, plainText, "ok\n"); }});
  http.add({"GET", "/readyz", nullptr, [this](const auto& call) { showReady(*call); }});
  http.add({"GET", "/metrics", [this](const auto& request) { return mayReadMetrics(request); },
            [this](const auto& call) { showMetrics(call); }});
}

void StatusPages::showReady(http::Call& call) const {
  const std::string busy = context_.busyWith();
  if (busy.empty()) return call.reply(SOUP_STATUS_OK, plainText, "ready\n");
  call.reply(SOUP_STATUS_SERVICE_UNAVAILABLE, plainText, busy + "\n");
}

Result<void> StatusPages::mayReadMetrics(const http::Request& request) const {
  if (context_.config.metrics.open || request.isDirectAndLocal()) return {};
  return fail(ErrorCode::forbidden, "metrics are shown to this machine only; see \"metrics.open\"");
}

void StatusPages::showMetrics(const std::shared_ptr<http::Call>& call) {
  updateGauges();
  context_.directory.collect(metricsDeadline,
                             [call, &metrics = context_.metrics](const std::vector<Sample>& samples) {
                               call->reply(SOUP_STATUS_OK, ServerMetrics::contentType, metrics.text(samples));
                             });
}

void StatusPages::updateGauges() {
  auto& metrics = context_.metrics;
  metrics.rooms.Set(static_cast<double>(context_.directory.roomCount()));
  metrics.participants.Set(static_cast<double>(context_.directory.participantCount()));
  metrics.cpuLoad.Set(context_.directory.cpuLoad());
  metrics.cpuHeadroom.Set(1 - machine_.busyShare());
  metrics.sessions.Set(static_cast<double>(context_.sessionCount()));
  metrics.recordingsActive.Set(static_cast<double>(context_.recordingCount()));
  metrics.heapBytes.Set(heapBytesInUse());
}

}  // namespace tributary
