/** Compiled, never run: the modules do what the hand-written tributary.d.ts promises. */
import { listDevices } from '../sdk/devices.js';
import { Emitter } from '../sdk/emitter.js';
import { TributaryError } from '../sdk/error.js';
import { LocalMedia } from '../sdk/local-media.js';
import { Room } from '../sdk/room.js';
import { defaultUrl } from '../sdk/signalling.js';
import type * as promised from '../sdk/tributary.js';

const implementation = { defaultUrl, Emitter, listDevices, LocalMedia, Room, TributaryError };

export const checked: {
  [Name in keyof typeof promised]: (typeof promised)[Name];
} = implementation;
