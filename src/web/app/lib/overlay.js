/**
 * The tiles of the mix as boxes to lay over the video. Pure.
 *
 * @import { Layout, Participant } from '/sdk/tributary.js'
 * @typedef {{
 *   key: string, name: string, label: string, speaking: boolean, me: boolean,
 *   audioMuted: boolean, handRaised: boolean,
 *   style: { left: string, top: string, width: string, height: string },
 * }} TileBox
 */

/**
 * In reading order: by row, then by column.
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
    return {
      key: `${tile.identity}/${tile.source}`,
      name,
      label: tileLabel(name, who, { speaking, me, screen: tile.source === 'screen' }),
      speaking,
      me,
      audioMuted: who?.audioMuted ?? false,
      handRaised: who?.handRaised ?? false,
      style: {
        left: percent(tile.left),
        top: percent(tile.top),
        width: percent(tile.width),
        height: percent(tile.height),
      },
    };
  });
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
  const facts = [
    screen ? `Screen of ${name}` : me ? `${name} (you)` : name,
    speaking && 'talking',
    who?.audioMuted && 'microphone off',
    who?.videoMuted && !screen && 'camera off',
    who?.handRaised && 'hand raised',
  ];
  return facts.filter(Boolean).join(', ');
}
