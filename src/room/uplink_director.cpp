#include "room/uplink_director.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace tributary {
namespace {

struct Shape {
  int width;
  int height;
};

constexpr std::array<Shape, 7> usualShapes = {{{16, 9}, {4, 3}, {3, 2}, {16, 10}, {1, 1}, {9, 16}, {3, 4}}};
constexpr double sameShape = 0.03;  // scaled pictures are whole pixels

constexpr int leastBitrate = 80'000;  // bit/s; below, VP8 drops frames whatever the size

/// The usual shape a picture has, or its own.
Shape shapeOf(int width, int height) {
  const double ratio = static_cast<double>(width) / height;
  for (const Shape shape : usualShapes) {
    if (std::abs(ratio * shape.height / shape.width - 1) < sameShape) return shape;
  }
  const int divisor = std::gcd(width, height);
  return {width / divisor, height / divisor};
}

int roundedUp(double value, int unit) {
  return static_cast<int>(std::ceil(value / unit - 1e-9)) * unit;
}

/// The smallest exact multiple of a shape that covers the tile, or lies around the largest inside of it.
Shape scaledTo(const Rect& tile, Shape shape, const UplinkLimits& limits) {
  const double ratio = static_cast<double>(shape.width) / shape.height;
  const double width = limits.crop ? std::max<double>(tile.width, tile.height * ratio)
                                   : std::min<double>(tile.width, tile.height * ratio);
  constexpr int coarsest = 64;  // an odd shape has no even sizes of use
  const int unit = 2 * shape.width <= coarsest ? 2 * shape.width : 2;
  const double most = limits.maxHeight * std::max(ratio, 1.0);
  const int out = std::min(roundedUp(width, unit), static_cast<int>(most) / unit * unit);
  return {out, roundedUp(out / ratio, 2)};
}

int bitrateFor(const Shape& size, const UplinkLimits& limits) {
  const double full = limits.maxHeight * limits.maxHeight * 16.0 / 9;
  const double share = std::pow(size.width * static_cast<double>(size.height) / full, 0.75);
  const int bitrate = static_cast<int>(share * limits.maxBitrate) / 1000 * 1000;
  return std::clamp(bitrate, std::min(leastBitrate, limits.maxBitrate), limits.maxBitrate);
}

bool isMore(const UplinkRequest& wanted, const UplinkRequest& told) {
  return wanted.active && (wanted.maxWidth > told.maxWidth || wanted.maxHeight > told.maxHeight ||
                           wanted.maxFramerate > told.maxFramerate || wanted.maxBitrate > told.maxBitrate);
}

}  // namespace

UplinkRequest uplinkFor(const Rect& tile, int cameraWidth, int cameraHeight, const UplinkLimits& limits) {
  const bool known = cameraWidth > 0 && cameraHeight > 0;
  Shape size = scaledTo(tile, known ? shapeOf(cameraWidth, cameraHeight) : Shape{16, 9}, limits);
  if (!known) size.height = std::max(size.height, scaledTo(tile, {4, 3}, limits).height);
  return {true, size.width, size.height, limits.maxFramerate, bitrateFor(size, limits)};
}

void UplinkDirector::connected(const std::string& identity) {
  clients_[identity] = {};
}

const UplinkRequest* UplinkDirector::told(const std::string& identity) const {
  const auto found = clients_.find(identity);
  return found != clients_.end() && found->second.knows ? &found->second.told : nullptr;
}

void UplinkDirector::retell(const std::string& identity) {
  const auto found = clients_.find(identity);
  if (found != clients_.end()) found->second.knows = false;
}

void UplinkDirector::remove(const std::string& identity) {
  clients_.erase(identity);
}

bool UplinkDirector::isDue(Client& client, const UplinkRequest& wanted, int64_t now) const {
  if (!client.knows) return true;
  if (wanted == client.told) {
    client.lessSince = -1;
    return false;
  }
  if (wanted.active && !client.told.active) return true;
  const bool more = isMore(wanted, client.told);
  if (more) {
    client.lessSince = -1;
  } else if (client.lessSince < 0) {
    client.lessSince = now;
  }
  return now - client.toldAt >= interval && (more || now - client.lessSince >= downAfter);
}

std::vector<UplinkDirector::News> UplinkDirector::decide(const std::vector<Seen>& seen, int64_t now) {
  std::vector<News> out;
  for (auto& [identity, client] : clients_) {
    const auto found = std::ranges::find(seen, identity, &Seen::identity);
    UplinkRequest wanted = client.told;  // one that is not seen keeps its size for its return
    wanted.active = false;
    if (found != seen.end()) {
      wanted = uplinkFor(found->tile, found->cameraWidth, found->cameraHeight, limits_);
    }
    if (!isDue(client, wanted, now)) continue;
    client = {wanted, true, now, -1};
    out.push_back({identity, wanted});
  }
  return out;
}

}  // namespace tributary
