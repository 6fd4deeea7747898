#include "media_room.h"

#include <cstdlib>

namespace tributary::test {

MediaSettings MediaRoom::quick() {
  MediaSettings settings;
  settings.canvas.width = 640;
  settings.canvas.height = 360;
  settings.canvas.framerate = 25;
  settings.renditions.ladder = {{"360p", 360, 600'000}};
  return settings;
}

MediaRoom::MediaRoom(MediaSettings settings) {
  MediaPipeline::Callbacks callbacks;
  callbacks.onCandidate = [this](const auto& id, const auto& candidate, const auto&, unsigned mline) {
    const auto peer = peers_.find(id);
    if (peer != peers_.end()) peer->second->addCandidate(candidate, mline);
  };
  callbacks.onState = [this](const auto& id, PeerConnection::State state) { states[id] = state; };
  media_ = std::make_unique<MediaPipeline>(std::move(settings), std::move(callbacks));
}

MediaRoom::~MediaRoom() {
  for (auto& [id, peer] : peers_)
    peer->stop();
}

std::shared_ptr<TestPeer> MediaRoom::join(const std::string& id, TestPeer::Options options) {
  auto peer = TestPeer::create(std::move(options));
  peers_[id] = peer;
  order_.push_back(id);
  media_->addPerson(id);
  peer->onOffer = [this, id](const std::string& made) {
    const std::string sdp = tamper ? tamper(made) : made;
    const auto offer = parseOffer(sdp);
    if (!offer) {
      answers.insert_or_assign(id, tl::unexpected(offer.error()));
      return;
    }
    const auto negotiated = negotiate(*offer);
    if (!negotiated) {
      answers.insert_or_assign(id, tl::unexpected(negotiated.error()));
      return;
    }
    media_->connect(id, *negotiated, [this, id](const Result<std::string>& answer) {
      answers.insert_or_assign(id, answer);
      if (answer && peers_.contains(id)) peers_.at(id)->setAnswer(*answer);
    });
  };
  peer->onCandidate = [this, id](const std::string& candidate, unsigned) {
    const auto checked = checkCandidate(candidate);
    if (checked && *checked) media_->addCandidate(id, 0, **checked);
  };
  peer->start();
  return peer;
}

void MediaRoom::leave(const std::string& id) {
  media_->removePerson(id);
  peers_.at(id)->stop();
  peers_.erase(id);
  std::erase(order_, id);
}

void MediaRoom::arrange(const std::vector<std::string>& screens) {
  LayoutInput input;
  for (const auto& id : screens)
    input.sources.push_back({id, Source::screen});
  for (const auto& id : order_)
    input.sources.push_back({id});
  input.width = media_->settings().canvas.width;
  input.height = media_->settings().canvas.height;
  std::vector<MediaPipeline::PlacedPerson> placed;
  for (const auto& tile : gridLayout(input)) {
    placed.push_back({{tile.identity, "Person " + tile.identity, false}, tile.rect, tile.source});
    (tile.source == Source::screen ? screenRects_ : rects_)[tile.identity] = tile.rect;
  }
  media_->arrange(placed);
}

TestPeer::Rgb MediaRoom::seen(const std::string& by, const std::string& of) const {
  const Rect& rect = rects_.at(of);
  const auto& canvas = media_->settings().canvas;
  return peers_.at(by)->pixel((rect.x + rect.width * 0.1) / canvas.width,
                              (rect.y + rect.height * 0.15) / canvas.height);
}

TestPeer::Rgb MediaRoom::seenOfScreen(const std::string& by, const std::string& of, double x,
                                      double y) const {
  const Rect& rect = screenRects_.at(of);
  const auto& canvas = media_->settings().canvas;
  return peers_.at(by)->pixel((rect.x + rect.width * x) / canvas.width,
                              (rect.y + rect.height * y) / canvas.height);
}

bool alike(const TestPeer::Rgb& seen, uint32_t colour) {
  const auto near = [](int a, uint32_t b) { return std::abs(a - static_cast<int>(b & 0xff)) < 45; };
  return near(seen.r, colour >> 16) && near(seen.g, colour >> 8) && near(seen.b, colour);
}

}  // namespace tributary::test
