/** The SDK's door: `import { Room } from '/sdk/tributary.js'`. Types: tributary.d.ts. */

export { listDevices } from './devices.js';
export { Emitter } from './emitter.js';
export { TributaryError } from './error.js';
export { LocalMedia } from './local-media.js';
export { Room } from './room.js';
export { defaultUrl } from './signalling.js';
