#include "room/message_handler.h"

#include <algorithm>
#include <memory>

#include "base/log.h"
#include "base/timestamp.h"
#include "room/negotiation.h"

namespace tributary {

bool MessageHandler::refuseUnlessModerator() {
  if (person.role == "moderator") return false;
  reply(fail(ErrorCode::forbidden, "only a moderator may do that"));
  return true;
}

void MessageHandler::operator()(const message::Offer& offer) {
  const auto checked = parseOffer(offer.sdp);
  if (!checked) return reply(tl::unexpected(checked.error()));
  const auto negotiated = negotiate(*checked);
  if (!negotiated) return reply(tl::unexpected(negotiated.error()));
  if (!person.offers.take(TokenBucket::Clock::now()))
    return reply(fail(ErrorCode::rateLimited, "too many offers; at most one in two seconds in the long run"));
  const bool camera = std::ranges::any_of(negotiated->lines, [](const MediaLine& line) {
    return line.kind == MediaLine::Kind::video && !line.screen && line.receive;
  });
  room.uplinks_.remove(person.identity);
  room.uplinkWatch_.restart(person.identity);
  room.rates_.restart(person.identity);
  auto pending = std::make_shared<Reply>(std::move(reply));
  room.media_->connect(
      person.identity, *negotiated,
      [&inRoom = room, camera, pending, identity = person.identity](const Result<std::string>& sdp) {
        if (!sdp) {
          log::warning("peer.refused", {{"participant", identity}, {"message", sdp.error().message}});
          return (*pending)(tl::unexpected(sdp.error()));
        }
        (*pending)(Json::object({{"message", Json::object({{"type", "answer"}, {"sdp", *sdp}})}}));
        if (camera) inRoom.uplinks_.connected(identity);
      });
}

void MessageHandler::operator()(const message::Candidate& candidate) {
  if (candidate.candidate.empty()) return done();
  const auto checked = checkCandidate(candidate.candidate);
  if (!checked) return reply(tl::unexpected(checked.error()));
  // With BUNDLE there is one transport, that of the first m-line.
  if (*checked) room.media_->addCandidate(person.identity, 0, **checked);
  done();
}

void MessageHandler::operator()(const message::Update& update) {
  if (update.screenShared) {
    const auto shared = room.shareScreen(person, *update.screenShared);
    if (!shared) return reply(tl::unexpected(shared.error()));
  }
  person.name = update.name.value_or(person.name);
  person.audioMuted = update.audioMuted.value_or(person.audioMuted);
  person.videoMuted = update.videoMuted.value_or(person.videoMuted);
  person.handRaised = update.handRaised.value_or(person.handRaised);
  room.applyMutes(person);
  done();
  room.announce(person, "participantUpdated");
  room.arrange();
}

void MessageHandler::operator()(const message::Quality& quality) {
  person.caps = {quality.maxHeight.value_or(0), quality.maxFramerate.value_or(0),
                 static_cast<double>(quality.maxBitrate.value_or(0))};
  person.audioOnly = quality.audioOnly.value_or(false);
  room.media_->setAudioOnly(person.identity, person.audioOnly);
  room.steerDownlink(person);
  done();
}

void MessageHandler::operator()(const message::SetLayout& layout) {
  if (refuseUnlessModerator()) return;
  if (!room.director_.knows(layout.layout)) {
    std::string known;
    for (const auto& name : room.director_.names())
      known += (known.empty() ? "" : ", ") + name;
    return reply(
        fail(ErrorCode::notFound, "there is no layout '" + layout.layout + "'; there are: " + known));
  }
  const std::string spotlight = layout.spotlight.value_or("");
  if (!spotlight.empty() && std::ranges::find(room.people_, spotlight, [](const auto& p) {
                              return p->identity;
                            }) == room.people_.end()) {
    return reply(fail(ErrorCode::notFound, "nobody in the room has the identity '" + spotlight + "'"));
  }
  room.director_.choose(layout.layout, spotlight);
  done();
  room.arrange();
}

void MessageHandler::operator()(const message::Chat& chat) {
  done();
  room.broadcast(Json::object({{"type", "chat"},
                               {"from", person.identity},
                               {"name", person.name},
                               {"text", chat.text},
                               {"at", timestamp()}}));
}

void MessageHandler::operator()(const message::Moderate& moderate) {
  if (refuseUnlessModerator()) return;
  const auto found =
      std::ranges::find(room.people_, moderate.identity, [](const auto& p) { return p->identity; });
  if (found == room.people_.end()) {
    return reply(
        fail(ErrorCode::notFound, "nobody in the room has the identity '" + moderate.identity + "'"));
  }
  Participant& other = **found;
  if (moderate.screenShared.value_or(false)) {
    return reply(fail(ErrorCode::badRequest,
                      "moderate.screenShared can only be false: nobody can be made to share a screen"));
  }
  if (moderate.screenShared && other.screenShared) room.endShare(other.identity, "moderated");
  other.name = moderate.name.value_or(other.name);
  other.role = moderate.role.value_or(other.role);
  other.audioMuted = moderate.audioMuted.value_or(other.audioMuted);
  other.videoMuted = moderate.videoMuted.value_or(other.videoMuted);
  room.applyMutes(other);
  if (other.role == "viewer" && other.screenShared) room.endShare(other.identity, "moderated");
  done();
  if (!moderate.remove.value_or(false)) {
    room.announce(other, "participantUpdated");
    return room.arrange();
  }
  const std::string session = other.sessionId;
  room.remove(moderate.identity, "removed");
  if (!session.empty()) room.outlet_.drop(session, "removed", "disconnect");
}

void MessageHandler::operator()(const message::StartRecording&) {
  reply(fail(ErrorCode::badRequest, "recordings are the server's to start and to stop"));
}

void MessageHandler::operator()(const message::StopRecording&) {
  reply(fail(ErrorCode::badRequest, "recordings are the server's to start and to stop"));
}

void MessageHandler::operator()(const message::Join&) {
  reply(fail(ErrorCode::badRequest, "this session has joined already"));
}

void MessageHandler::operator()(const message::Leave&) {
  done();
}

void MessageHandler::operator()(const message::Ping&) {
  done();
}

}  // namespace tributary
