#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/main_context.h"
#include "base/unique_fd.h"
#include "http/request.h"
#include "http/router.h"

namespace tributary::http {

/// A request and its one answer: the first counts, later ones are dropped, as is one for a client that has
/// gone. Hold the call to answer later. Thread: owner.
class Call : public Request, public std::enable_shared_from_this<Call> {
 public:
  /// Runs the route's handler, and sees to an answer by its deadline.
  static void run(SoupServerMessage* message, const Route& route, Parameters parameters);
  ~Call();
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  /// Before the answer.
  void setHeader(const char* name, const std::string& value);

  void reply(unsigned status, const char* contentType, std::string_view body);
  void reply(unsigned status, const Json& body);
  /// 204.
  void replyEmpty();
  /// Problem details (RFC 9457), with the status that belongs to the error.
  void fail(const Error& error);
  /// 200 with the value, or the error.
  void reply(const Result<Json>& result);

  /// Sends an open regular file piece by piece, with ETag, Range and If-Range; it is read on another thread,
  /// so a slow disk holds nobody up.
  void replyFile(UniqueFd file, const char* contentType);

  bool answered() const { return answered_; }
  /// Whether the client is still there.
  bool connected() const;

 private:
  Call(SoupServerMessage* message, Parameters parameters) : Request(message, std::move(parameters)) {}
  bool begin();
  void finish();

  bool answered_ = false;
  bool paused_ = false;
  Timer deadline_;
};

}  // namespace tributary::http
