#include "http/call.h"

#include "http/connection.h"
#include "http/file_body.h"
#include "http/reply.h"

namespace tributary::http {

void Call::run(SoupServerMessage* message, const Route& route, Parameters parameters) {
  const std::shared_ptr<Call> call(new Call(message, std::move(parameters)));
  route.handle(call);
  if (call->answered_) return;
  soup_server_message_pause(message);
  call->paused_ = true;
  const std::weak_ptr<Call> weak = call;
  call->deadline_ = Timer::once(route.deadline, [weak] {
    if (const auto late = weak.lock()) {
      late->fail({ErrorCode::timeout, "this took too long; try again later"});
    }
  });
}

Call::~Call() {
  if (!answered_) fail({ErrorCode::internal, "the server could not answer"});
}

bool Call::connected() const {
  return isConnected(message());
}

bool Call::begin() {
  if (answered_) return false;
  answered_ = true;
  deadline_.stop();
  return connected();
}

void Call::finish() {
  if (paused_) soup_server_message_unpause(message());
}

void Call::setHeader(const char* name, const std::string& value) {
  if (answered_) return;
  soup_message_headers_replace(soup_server_message_get_response_headers(message()), name, value.c_str());
}

void Call::reply(unsigned status, const char* contentType, std::string_view body) {
  if (!begin()) return;
  http::reply(message(), status, contentType, body);
  finish();
}

void Call::reply(unsigned status, const Json& body) {
  setHeader("Cache-Control", "no-store");
  reply(status, "application/json", body.dump());
}

void Call::replyEmpty() {
  if (!begin()) return;
  addSecurityHeaders(message());
  soup_server_message_set_status(message(), SOUP_STATUS_NO_CONTENT, nullptr);
  finish();
}

void Call::fail(const Error& error) {
  if (!begin()) return;
  problem(message(), error);
  finish();
}

void Call::reply(const Result<Json>& result) {
  if (!result) return fail(result.error());
  reply(SOUP_STATUS_OK, *result);
}

void Call::replyFile(UniqueFd file, const char* contentType) {
  auto body = FileBody::open(std::move(file), *this);
  if (!body) return fail(body.error());
  if (!begin()) return;
  addSecurityHeaders(message());
  FileBody::send(*body, message(), contentType);
  finish();
}

}  // namespace tributary::http
