/** In the page: a screen worth sharing, with text as small as people use, drawn the same way at every size. */
(() => {
  const FONT = '"DejaVu Sans", sans-serif';
  const ROWS = [
    ['North pier', '4 218', '3 990', '+5.7 %'],
    ['Harbour bridge', '11 604', '12 110', '-4.2 %'],
    ['Old mill weir', '872', '861', '+1.3 %'],
    ['Station square', '9 447', '8 020', '+17.8 %'],
    ['Canal lock 3', '1 306', '1 302', '+0.3 %'],
    ['Upper meadow', '655', '701', '-6.6 %'],
  ];
  const NOTES = [
    'Counts are people a day, Monday to Friday, weeks 44 to 46. The sensor at the harbour',
    'bridge was off for two afternoons; its figure is scaled up by 1.08. Station square rises',
    'because of the new tram stop (opened 3 November). Next: compare with rainfall, and ask',
    'the town for the 2024 series in the same format.',
  ];

  /** Where the small text is, in ratios of the slide: what sharpness is measured in. */
  const text = { left: 0.04, top: 0.7, width: 0.62, height: 0.19 };

  /** `width`: pixels; the height follows from 16:9. */
  function drawSlide(context, width, { cursor = false } = {}) {
    const unit = width / 1280;
    const write = (words, x, y, size, { colour = '#1c2733', weight = 400, align = 'left' } = {}) => {
      context.font = `${weight} ${size * unit}px ${FONT}`;
      context.fillStyle = colour;
      context.textAlign = align;
      context.fillText(words, x * unit, y * unit);
    };
    const box = (x, y, w, h, colour) => {
      context.fillStyle = colour;
      context.fillRect(x * unit, y * unit, w * unit, h * unit);
    };
    box(0, 0, 1280, 720, '#fbfaf7');
    box(0, 0, 1280, 8, '#0e6f78');
    write('Footfall along the river, November', 52, 84, 34, { weight: 700 });
    write('Six counters, change against last year', 52, 118, 17, { colour: '#5a6672' });
    ['Counter', 'This year', 'Last year', 'Change'].forEach((head, column) => {
      write(head, 52 + [0, 330, 470, 610][column], 172, 14, { colour: '#5a6672', weight: 600, align: column ? 'right' : 'left' });
    });
    ROWS.forEach((row, index) => {
      const y = 206 + index * 42;
      if (index % 2 === 0) box(40, y - 26, 640, 40, '#eef1ee');
      row.forEach((cell, column) => {
        const down = column === 3 && cell.startsWith('-');
        write(cell, 52 + [0, 330, 470, 610][column], y, 17, { align: column ? 'right' : 'left', colour: down ? '#b3362b' : '#1c2733' });
      });
    });
    ROWS.forEach(([, now, before], index) => {
      const [tall, taller] = [now, before].map(figure => Number(figure.replace(' ', '')) / 42);
      box(740 + index * 84, 450 - taller, 28, taller, '#c9d3d1');
      box(772 + index * 84, 450 - tall, 28, tall, '#0e6f78');
      write(String(index + 1), 770 + index * 84, 474, 13, { align: 'center', colour: '#5a6672' });
    });
    NOTES.forEach((line, index) => write(line, 52, 530 + index * 30, 15));
    write('source: counters.example/weekly.csv   rev 4f2c91a   draft 3, 22 November', 52, 678, 12, { colour: '#5a6672' });
    // Under the measured text, so that it does not count: what blinks keeps a canvas sending.
    if (cursor) box(1236, 690, 3, 18, '#0e6f78');
  }

  window.testTools = { ...window.testTools, drawSlide, slideText: text };
})();
