/**
 * Tributary's client SDK: the public types. The modules beside this file implement them, and
 * `test/types.check.ts` proves that they do. The wire protocol is docs/protocol.md.
 */

export type Role = 'participant' | 'moderator' | 'viewer';
export type MediaKind = 'audio' | 'video';
export type VideoCodec = 'VP8' | 'VP9' | 'H264';

/**
 * `connected` means the mix is flowing. `reconnecting` covers every interruption; the Room leaves it
 * by itself, towards `connected` or, when there is no way back, `left`.
 */
export type RoomState = 'idle' | 'joining' | 'connected' | 'reconnecting' | 'left';

export interface Participant {
  identity: string;
  name: string;
  role: Role;
  audioMuted: boolean;
  videoMuted: boolean;
  handRaised: boolean;
  screenShared: boolean;
  /** RFC 3339, UTC. */
  joinedAt: string;
}

/** Coordinates are ratios of the canvas, 0 to 1. */
export interface Tile {
  identity: string;
  source: 'camera' | 'screen';
  left: number;
  top: number;
  width: number;
  height: number;
  /** Higher lies over lower, where tiles overlap. */
  z?: number;
}

export interface Layout {
  layout: string;
  /** Whom a moderator has put in the spotlight; absent is nobody. */
  spotlight?: string;
  canvas: { width: number; height: number };
  tiles: Tile[];
  /** How many people have no tile. */
  offCanvas: number;
}

/** What the mixer needs of this client's camera or screen; 0 or absent means no limit. */
export interface VideoRequest {
  source: 'camera' | 'screen';
  active: boolean;
  maxWidth?: number;
  maxHeight?: number;
  maxFramerate?: number;
  /** bit/s */
  maxBitrate?: number;
}

/** What this client can take. */
export interface Quality {
  maxHeight?: number;
  maxFramerate?: number;
  /** bit/s */
  maxBitrate?: number;
  audioOnly?: boolean;
}

export interface Recording {
  recordingId?: string;
  status?: string;
  startedAt?: string;
  paused?: boolean;
  /** The room's process died in the middle; it goes on in another file when the room is back. */
  interrupted?: boolean;
  audioOnly?: boolean;
  /** Whoever is here is to be told by more than a mark. */
  announce?: boolean;
  [field: string]: unknown;
}

/** What the room leaves out while the server's machine has nothing left. */
export interface Capacity {
  /** 0: nothing; 3: all of `saved`'s words. */
  level: number;
  saved: ('framerate' | 'rendition' | 'tiles')[];
}

export interface ChatMessage {
  /** Counts up with each that this Room hears: the earliest are let go after 500. */
  number: number;
  /** Whether I wrote it, under whatever identity I had then. */
  mine: boolean;
  /** Identity of the sender. */
  from: string;
  name: string;
  text: string;
  /** RFC 3339, UTC. */
  at: string;
}

export interface ServerInfo {
  name?: string;
  version?: string;
  /** Seconds between pings that the server wants at most. */
  pingInterval?: number;
  /** What the room can do; absent means nothing beyond a call in one layout. */
  features?: {
    layouts?: string[];
    /** Those of them with a place for somebody in the spotlight. */
    spotlightLayouts?: string[];
    recording?: boolean;
    screen?: false | ScreenLimits;
  };
}

/** What the room allows of shared screens. */
export interface ScreenLimits {
  /** How many may share at a time. */
  sharers: number;
  /** Whether one more takes the place of the first; else it is refused. */
  replace: boolean;
  maxWidth: number;
  maxHeight: number;
  maxFramerate: number;
  /** bit/s */
  maxBitrate: number;
}

/**
 * Why a share ended: `stopped` by this client, `ended` by the browser's own button or a closed window,
 * `refused` by the server (a moderator, another share, or nothing came of it), `left` with the call.
 */
export type ScreenEnd = 'stopped' | 'ended' | 'refused' | 'left';

export interface InboundStats {
  codec: string;
  bytes: number;
  /** bit/s since the previous call of `stats()`; 0 at the first. */
  bitrate: number;
  packetsReceived: number;
  packetsLost: number;
  /** Seconds. */
  jitter: number;
  /** Seconds a packet waited for its turn, on average. */
  jitterBufferDelay: number;
}

export interface InboundVideoStats extends InboundStats {
  framesDecoded: number;
  framesDropped: number;
  freezeCount: number;
  /** Seconds. */
  freezeDuration: number;
  fps: number;
  width: number;
  height: number;
}

export interface InboundAudioStats extends InboundStats {
  concealedSamples: number;
  totalSamples: number;
}

export interface OutboundStats {
  codec: string;
  bytes: number;
  /** bit/s since the previous call of `stats()`; 0 at the first. */
  bitrate: number;
  fps: number;
  width: number;
  height: number;
  /** Why the browser sends less than asked: none, cpu, bandwidth, other. */
  limitation: string;
}

export interface RoomStats {
  /** Milliseconds, as `performance.now()` counts. */
  at: number;
  /** Round trip in seconds, or null before it is known. */
  rtt: number | null;
  inbound: { video: InboundVideoStats | null; audio: InboundAudioStats | null };
  outbound: {
    /** Of the camera. */
    video: OutboundStats | null;
    audio: OutboundStats | null;
    screen: OutboundStats | null;
  };
}

export type ErrorCode =
  | 'badRequest'
  | 'unauthorized'
  | 'forbidden'
  | 'notFound'
  | 'roomFull'
  | 'serverBusy'
  | 'unsupportedCodec'
  | 'invalidSdp'
  | 'tooLarge'
  | 'rateLimited'
  | 'timeout'
  | 'internal'
  /** A `warning` of the server's: the camera sends far more than `videoRequested` said. */
  | 'videoRequestIgnored'
  /** Made by the SDK: the socket closed, or never opened. */
  | 'connectionLost';

export class TributaryError extends Error {
  constructor(code: ErrorCode, message: string);
  readonly code: ErrorCode;
}

/** Why a Room is `left`. */
export interface LeaveDetail {
  /**
   * `left` when this client asked for it, else the server's word, e.g. `removed`, `replaced`, `roomClosed`; where
   * there was no way back the code of `error`, or `failed`.
   */
  reason: string;
  error?: TributaryError;
}

export interface RoomEventMap {
  stateChanged: { state: RoomState; previous: RoomState } & Partial<LeaveDetail>;
  /** A new MediaStream to play: at the first connection, and after each that replaces it. */
  mixChanged: { mix: MediaStream };
  /** The whole roster was replaced: on joining and on coming back. */
  rosterChanged: { participants: ReadonlyMap<string, Participant> };
  participantJoined: { participant: Participant };
  participantUpdated: { participant: Participant };
  participantLeft: { identity: string; reason: string; participant?: Participant };
  /** Whose voice is heard now, by identity: the dominant speaker first. */
  activeSpeakersChanged: { identities: string[] };
  layoutChanged: { layout: Layout };
  /** `error`: why it ended, when nobody stopped it. */
  recordingChanged: { recording: Recording | null; error?: string };
  capacityChanged: { capacity: Capacity };
  /** An admin has changed what the room can do. */
  featuresChanged: { features: NonNullable<ServerInfo['features']> };
  connectionQualityChanged: { identity: string; score: number };
  chat: ChatMessage;
  videoRequested: VideoRequest;
  /** The local microphone or camera changed, was muted or lost. */
  mediaChanged: { kind: MediaKind };
  /** A moderator has muted this client, which may unmute itself. */
  mutedByModerator: { kind: MediaKind };
  /** This client's screen is shared from now on, or no longer. */
  screenChanged: { screen: MediaStreamTrack | null; reason: 'started' | ScreenEnd };
  /** Something failed that does not end the call. */
  warning: { error: Error };
}

/** An EventTarget whose events are CustomEvents with a typed `detail`. */
export class Emitter<Events> extends EventTarget {
  /** Calls `handler` with each event's detail; returns the way to stop that. */
  on<Type extends keyof Events & string>(
    type: Type,
    handler: (detail: Events[Type]) => void,
  ): () => void;
  emit<Type extends keyof Events & string>(type: Type, detail: Events[Type]): void;
}

/** `true`: any device; a string: that deviceId; `false`: none. */
export type DeviceChoice = boolean | string;

export interface LocalMediaEventMap {
  changed: { kind: MediaKind };
  /** The device was unplugged or taken away; the kind counts as muted now. */
  lost: { kind: MediaKind };
}

/**
 * The microphone and camera of this client. A muted camera is switched off, so that its light goes
 * out; a muted microphone stays open, silent, so that speaking again is instant.
 */
export class LocalMedia extends Emitter<LocalMediaEventMap> {
  /** The track as captured, for a meter or preview; null without device. */
  readonly audioTrack: MediaStreamTrack | null;
  readonly videoTrack: MediaStreamTrack | null;
  /** Without a device a kind is muted too. */
  readonly audioMuted: boolean;
  readonly videoMuted: boolean;
  /** What may be sent now: null when muted. */
  outgoing(kind: MediaKind): MediaStreamTrack | null;
  /** Rejects with the browser's DOMException; the kind is then without device. */
  choose(kind: MediaKind, choice: DeviceChoice, after?: Promise<unknown>): Promise<void>;
  /** Takes a track that was made elsewhere, e.g. of a canvas. */
  adopt(kind: MediaKind, track: MediaStreamTrack): void;
  /** Muting is done at once. Unmuting opens the device if need be, and so may reject as `choose` does. */
  setMuted(kind: MediaKind, muted: boolean): Promise<void>;
  /** Stops every track, those too that are being opened. */
  close(): void;
}

export interface RoomOptions {
  /** `wss://host/v1/ws`; the default is the page's own server. */
  url?: string | URL;
}

export interface JoinOptions {
  room: string;
  name?: string;
  token?: string;
  /** Default true. Ignored when `media` is given. */
  audio?: DeviceChoice;
  /** Default true. Ignored when `media` is given. */
  video?: DeviceChoice;
  /** Devices opened before, say for a preview; stays the caller's to close. */
  media?: LocalMedia;
  /** Offers this codec alone, when the browser has it and the server takes it. */
  videoCodec?: VideoCodec;
  /** Never send: no microphone and no camera, now or later in this call. */
  receiveOnly?: boolean;
}

export class Room extends Emitter<RoomEventMap> {
  constructor(options?: RoomOptions);
  readonly state: RoomState;
  readonly name: string;
  /** Me, once joined. */
  readonly participant: Participant | null;
  /** Everybody, me too, by identity, in the order of joining. */
  readonly participants: ReadonlyMap<string, Participant>;
  readonly activeSpeakers: readonly string[];
  readonly layout: Layout | null;
  readonly recording: Recording | null;
  readonly capacity: Capacity;
  readonly messages: readonly ChatMessage[];
  /** Score by identity: 5 excellent … 1 bad, 0 lost. */
  readonly connectionQuality: ReadonlyMap<string, number>;
  readonly server: ServerInfo | null;
  /** The one stream to play: mixed audio and video. */
  readonly mix: MediaStream | null;
  readonly media: LocalMedia;
  /** What this client shares of its screen. */
  readonly screen: MediaStreamTrack | null;
  /** The RTCPeerConnection in use, for those who want to look inside. */
  readonly connection: RTCPeerConnection | null;

  /**
   * Resolves when the server has let us in and answered our offer; `connected` follows when media
   * flows. Rejects with TributaryError (`idle` again) when it did not.
   */
  join(options: JoinOptions): Promise<void>;
  leave(): Promise<void>;
  setMuted(kind: MediaKind, muted: boolean): Promise<void>;
  setDevice(kind: MediaKind, choice: DeviceChoice): Promise<void>;
  setName(name: string): Promise<void>;
  setHandRaised(raised: boolean): Promise<void>;
  setQuality(quality: Quality): Promise<void>;
  /**
   * Lets the user choose a screen, window or tab (call it on a click) and shares it, or the track given. Rejects
   * with the browser's DOMException (NotAllowedError: the user would not; NotSupportedError), or with
   * TributaryError: `forbidden` when others share already or nobody may.
   */
  shareScreen(track?: MediaStreamTrack): Promise<void>;
  stopScreen(): Promise<void>;
  chat(text: string): Promise<void>;
  /** Moderators only, as are the ones below. */
  setLayout(layout: string, spotlight?: string): Promise<void>;
  moderate(
    identity: string,
    action: {
      name?: string;
      role?: Role;
      audioMuted?: boolean;
      videoMuted?: boolean;
      screenShared?: false;
      remove?: boolean;
    },
  ): Promise<void>;
  startRecording(): Promise<void>;
  stopRecording(): Promise<void>;
  /** Null while there is no connection. */
  stats(): Promise<RoomStats | null>;
}

/** `wss://…/v1/ws` of the server that served the page. */
export function defaultUrl(location?: Location): URL;
/** The cameras or microphones; labels are empty before the user has granted access. */
export function listDevices(kind: MediaKind): Promise<MediaDeviceInfo[]>;
