#pragma once

#include "ipc/channel.h"
#include "protocol/client_message.h"
#include "room/room.h"

namespace tributary {

/// What the room does on each client message: one overload a message. The reply is `ok` (an empty object)
/// unless said otherwise.
struct MessageHandler {
  Room& room;
  Participant& person;
  Reply reply;

  void operator()(const message::Offer& offer);  ///< replies {message: answer} later
  void operator()(const message::Candidate& candidate);
  void operator()(const message::Update& update);
  void operator()(const message::Quality& quality);
  void operator()(const message::SetLayout& layout);
  void operator()(const message::Chat& chat);
  void operator()(const message::Moderate& moderate);
  void operator()(const message::StartRecording& recording);
  void operator()(const message::StopRecording& recording);
  // The server's own business; they do not get here.
  void operator()(const message::Join& join);
  void operator()(const message::Leave& leave);
  void operator()(const message::Ping& ping);

 private:
  void done() { reply(Json::object()); }
  bool refuseUnlessModerator();
};

}  // namespace tributary
