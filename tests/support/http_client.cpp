#include "support/http_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/main_context.h"
#include "base/unique_fd.h"
#include "support/loop_test.h"

namespace tributary {
namespace {

/// What the socket takes; the server may close before it has read all.
class Sender {
 public:
  explicit Sender(std::string text) : text_(std::move(text)) {}
  void step(int fd) {
    while (sent_ < text_.size()) {
      const ssize_t count =
          ::send(fd, text_.data() + sent_, text_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count <= 0) return;
      sent_ += static_cast<size_t>(count);
    }
  }

 private:
  std::string text_;
  size_t sent_ = 0;
};

}  // namespace

UniqueFd connectTo(int port) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return fd;
}

std::string HttpAnswer::header(const std::string& name) const {
  const size_t at = headers.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const size_t start = at + name.size() + 4;
  return headers.substr(start, headers.find("\r\n", start) - start);
}

HttpAnswer sendRaw(int port, const std::string& text) {
  const UniqueFd fd = connectTo(port);
  Sender sender(text);
  std::string all;
  const bool wantsBody = !text.starts_with("HEAD ");
  const auto complete = [&] {
    sender.step(fd.get());
    char piece[65536];
    for (;;) {
      const ssize_t count = ::recv(fd.get(), piece, sizeof piece, MSG_DONTWAIT);
      if (count == 0 || (count < 0 && errno == ECONNRESET)) return true;
      if (count < 0) break;
      all.append(piece, static_cast<size_t>(count));
    }
    const size_t end = all.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    if (!wantsBody) return true;
    const size_t length = all.find("Content-Length: ");
    const size_t expected = length < end ? std::stoul(all.substr(length + 16)) : 0;
    return all.size() >= end + 4 + expected;
  };
  // The answer arrives on a socket the main loop knows nothing of: wake up for it.
  const Timer look = Timer::every(std::chrono::milliseconds(5), [] {});
  LoopTest::waitFor("the answer", complete);
  HttpAnswer answer;
  const size_t end = all.find("\r\n\r\n");
  if (all.size() > 12) answer.status = std::atoi(all.c_str() + 9);
  answer.headers = all.substr(0, end);
  if (end != std::string::npos) answer.body = all.substr(end + 4);
  return answer;
}

HttpAnswer ask(int port, const std::string& method, const std::string& path, const std::string& headers,
               const std::string& body) {
  std::string text =
      method + " " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) + "\r\n" + headers;
  if (!body.empty()) {
    if (headers.find("Content-Type:") == std::string::npos) text += "Content-Type: application/json\r\n";
    text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  }
  return sendRaw(port, text + "\r\n" + body);
}

void sendAndLeave(int port, const std::string& text) {
  const UniqueFd fd = connectTo(port);
  EXPECT_EQ(::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
}

}  // namespace tributary
