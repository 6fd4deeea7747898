/**
 * The tiles of the mix as boxes to lay over the video. Pure.
 *
 * @import { Layout, Participant, Tile } from '/sdk/tributary.js'
 * @typedef {{
 *   key: string, identity: string, source: 'camera' | 'screen', label: string, speaking: boolean,
 *   handRaised: boolean, corner: string,
 *   style: { left: string, top: string, width: string, height: string, '--z': string },
 * }} TileBox
 */

/**
 * In reading order: by row, then by column; large ones under those that lie on them. `corner` is where in
 * the tile a menu has the most room.
 *
 * @param {Layout | null} layout
 * @param {ReadonlyMap<string, Participant>} participants
 * @param {readonly string[]} speakers
 * @param {string | undefined} myIdentity
 * @returns {TileBox[]}
 */
export function tileBoxes(layout, participants, speakers, myIdentity) {
  const tiles = [...(layout?.tiles ?? [])].sort((a, b) => a.top - b.top || a.left - b.left);
  return tiles.map(tile => {
    const who = participants.get(tile.identity);
    const speaking = speakers.includes(tile.identity) && tile.source !== 'screen';
    const me = tile.identity === myIdentity;
    const name = who?.name || tile.identity;
    const screen = tile.source === 'screen';
    return {
      key: `${tile.identity}/${tile.source}`,
      identity: tile.identity,
      source: tile.source,
      label: tileLabel(name, who, { speaking, me, screen }),
      speaking,
      handRaised: !screen && (who?.handRaised ?? false),
      corner: cornerOf(tile),
      style: {
        left: percent(tile.left),
        top: percent(tile.top),
        width: percent(tile.width),
        height: percent(tile.height),
        '--z': String(tile.z ?? 0),
      },
    };
  });
}

/** @param {Tile} tile */
function cornerOf({ left, top, width, height }) {
  const vertical = top + height / 2 > 0.5 ? 'from-bottom' : 'from-top';
  return `${vertical} ${left + width / 2 > 0.5 ? 'from-right' : 'from-left'}`;
}

/** @param {number} ratio  kept inside the canvas, whatever the wire says */
function percent(ratio) {
  const inside = Math.min(1, Math.max(0, Number(ratio) || 0));
  return `${+(inside * 100).toFixed(3)}%`;
}

/**
 * @param {string} name
 * @param {Participant | undefined} who
 * @param {{ speaking: boolean, me: boolean, screen: boolean }} what
 */
function tileLabel(name, who, { speaking, me, screen }) {
  if (screen) return me ? 'Your screen' : `Screen of ${name}`;
  const facts = [
    me ? `${name} (you)` : name,
    speaking && 'talking',
    who?.audioMuted && 'microphone off',
    who?.videoMuted && 'camera off',
    who?.handRaised && 'hand raised',
    who?.screenShared && 'sharing a screen',
  ];
  return facts.filter(Boolean).join(', ');
}
