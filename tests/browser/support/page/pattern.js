/**
 * In the page: a time as a pattern of light and dark cells that survives encoding, mixing and scaling.
 * 4 rows of 8 cells: 22 bits of milliseconds (70 minutes), 10 bits of checksum.
 */
(() => {
  const ROWS = 4;
  const COLUMNS = 8;
  const TIME_BITS = 22;
  const SPAN = 2 ** TIME_BITS;
  const AREA = { left: 0.3, top: 0.35, width: 0.4, height: 0.3 };

  const checksum = value => ((value * 2654435761) >>> 22) & 0x3ff;

  const pattern = {
    count: ROWS * COLUMNS,
    area: AREA,

    encode(milliseconds) {
      const value = Math.floor(milliseconds) % SPAN;
      const bits = [];
      for (let bit = 0; bit < TIME_BITS; bit += 1) bits.push((value >>> bit) & 1);
      for (let bit = 0; bit < 10; bit += 1) bits.push((checksum(value) >>> bit) & 1);
      return bits;
    },

    /** How long ago the time in these bits was; null when they are no time. */
    age(bits, now) {
      const number = part => part.reduce((sum, bit, index) => sum + bit * 2 ** index, 0);
      const value = number(bits.slice(0, TIME_BITS));
      if (number(bits.slice(TIME_BITS)) !== checksum(value)) return null;
      const age = (((Math.floor(now) - value) % SPAN) + SPAN) % SPAN;
      // Older than any mix may be: noise that happens to fit its checksum.
      return age < 60_000 ? age : null;
    },

    /** Of the picture, 0 to 1. */
    cell(index) {
      const width = AREA.width / COLUMNS;
      const height = AREA.height / ROWS;
      return {
        left: AREA.left + (index % COLUMNS) * width,
        top: AREA.top + Math.floor(index / COLUMNS) * height,
        width,
        height,
      };
    },
  };
  window.testTools = { ...window.testTools, pattern };
})();
