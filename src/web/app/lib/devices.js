/** Which device to open. Pure. */

/** @import { DeviceChoice } from '/sdk/tributary.js' */

/**
 * The device to open for somebody who wants one now: the one chosen before, or any, where none was or that one is
 * gone. Before the user has granted access, browsers list devices without their ids.
 *
 * @param {DeviceChoice} chosen
 * @param {readonly { deviceId: string }[]} present
 * @returns {DeviceChoice}
 */
export function deviceToOpen(chosen, present) {
  if (typeof chosen !== 'string') return true;
  const ids = present.map(({ deviceId }) => deviceId).filter(Boolean);
  return ids.length === 0 || ids.includes(chosen) ? chosen : true;
}
