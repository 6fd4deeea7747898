// MediaPipeline::graph(): the room's real pipelines with our own mixers between them.
#include "media/media_member.h"
#include "media/media_pipeline.h"

namespace tributary {
namespace {

using Node = PipelineGraph::Kind;

constexpr const char* videoMixer = "video mixer";
constexpr const char* audioMixer = "audio mixer";

std::string canvasText(const CanvasSettings& canvas) {
  return std::to_string(canvas.width) + "x" + std::to_string(canvas.height) + " at " +
         std::to_string(canvas.framerate) + " fps";
}

void addStore(PipelineGraph& graph, const std::string& id, const std::string& what, const TileSlot& slot) {
  const auto counters = slot.counters();
  graph.addNode(id, Node::store,
                {what, std::to_string(counters.arrived) + " frames arrived",
                 std::to_string(counters.shown) + " shown"});
  graph.addEdge(id, videoMixer);
}

/// The queues towards the peer, which the room's sending threads empty.
void addOutput(PipelineGraph& graph, const std::string& id, const PeerOutput& output) {
  graph.addNode(id + "/out", Node::store,
                {"to the peer", std::to_string(output.video().packets) + " packets of video",
                 std::to_string(output.audio().packets) + " of sound"});
  graph.addEdge(id + "/out", id + "/webrtc sends");
}

}  // namespace

std::string MediaPipeline::graph(const GraphWish& wish) const {
  PipelineGraph graph(wish.detail, wish.title);
  addMixers(graph);
  renditions_->forEach([&graph](const Rendition& rendition) {
    const std::string id = "rendition " + rendition.spec().key();
    graph.addPipeline(id,
                      rendition.spec().key() + ", " + std::to_string(rendition.spec().bitrate / 1000) +
                          " kbit/s, " + std::to_string(rendition.viewers()) + " viewers",
                      rendition.pipeline());
    graph.addEdge(videoMixer, id + "/canvas");
  });
  for (const auto& [id, member] : members_) {
    if (wish.participant.empty() || wish.participant == id) addMember(graph, *member, wish);
  }
  return graph.dot();
}

void MediaPipeline::addMixers(PipelineGraph& graph) const {
  const auto video = video_->counters();
  const auto audio = audio_->counters();
  graph.addNode(
      videoMixer, Node::mixer,
      {"Video mixer", canvasText(settings_.canvas), std::to_string(video_->scene()->tiles.size()) + " tiles",
       std::to_string(video.rendered) + " frames, " + std::to_string(video.late) + " late"});
  graph.addNode(
      audioMixer, Node::mixer,
      {"Audio mixer",
       std::to_string(audio_->levels().size()) + " voices, " + std::to_string(settings_.audio.talkerSlots) +
           " talker slots",
       std::to_string(audio.encoders) + " Opus encodes", std::to_string(audio.late) + " ticks late"});
}

void MediaPipeline::addMember(PipelineGraph& graph, const Member& member, const GraphWish& wish) const {
  const auto name = wish.names.find(member.id);
  const std::string who = name != wish.names.end() ? name->second : member.id;
  const std::string id = "peer " + member.id;
  if (!member.peer) {
    return graph.addNode(id, Node::store, {who, member.id, "not connected: name card"});
  }
  graph.addPeer(id, who + " (" + member.id + ")", member.peer->pipeline());
  if (member.slot->counters().arrived > 0) {
    addStore(graph, id + " camera", "camera of " + who, *member.slot);
    graph.addEdge(id + "/camera-frames", id + " camera");
  }
  if (member.screen->counters().arrived > 0) {
    addStore(graph, id + " screen", "screen of " + who, *member.screen);
    graph.addEdge(id + "/screen-frames", id + " screen");
  }
  if (const auto voice = member.talker->counters(); voice.packets > 0) {
    graph.addNode(id + " voice", Node::store,
                  {"voice of " + who,
                   std::to_string(voice.packets) + " packets, " + std::to_string(voice.lost) + " lost",
                   std::to_string(voice.bufferedMs) + " ms waiting",
                   "held " + std::to_string(voice.heldMs) + " ms for the picture"});
    graph.addEdge(id + "/microphone", id + " voice");
    graph.addEdge(id + " voice", audioMixer, member.audioMuted ? "muted" : "");
  }
  addOutput(graph, id, *member.output);
  graph.addEdge(audioMixer, id + "/out", "Opus");
  const std::string watched = renditions_->watchedBy(member.output.get());
  if (!watched.empty()) graph.addEdge("rendition " + watched + "/packets", id + "/out", watched);
}

}  // namespace tributary
