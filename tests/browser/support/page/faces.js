/** In the page: a drawn person before a wall, for pictures that people look at. */
(() => {
  function drawFace(context, { colour, skin, hair, style = 0 }, now) {
    const { width, height } = context.canvas;
    const unit = height / 100;
    const sway = Math.sin(now / 1700 + style) * 1.2;
    const wall = context.createLinearGradient(0, 0, width, height);
    wall.addColorStop(0, `rgb(${colour.map(part => Math.min(255, part * 1.15))})`);
    wall.addColorStop(1, `rgb(${colour.map(part => part * 0.55)})`);
    context.fillStyle = wall;
    context.fillRect(0, 0, width, height);
    room(context, width, unit, style);
    context.save();
    context.translate(width / 2 + sway * unit, 0);
    context.scale(unit, unit);
    person(context, { skin, hair, style, colour, now });
    context.restore();
    context.fillStyle = 'rgba(0,0,0,0.05)';
    context.fillRect((now / 9) % width, 0, 1, 1);
  }

  /** A window or a shelf behind. */
  function room(context, width, unit, style) {
    context.save();
    if (style % 2 === 0) {
      context.fillStyle = 'rgba(255,250,235,0.55)';
      context.fillRect(width * 0.74, 8 * unit, 30 * unit, 44 * unit);
      context.fillStyle = 'rgba(255,255,255,0.35)';
      context.fillRect(width * 0.74 + 14 * unit, 8 * unit, 2 * unit, 44 * unit);
    } else {
      context.fillStyle = 'rgba(30,20,15,0.35)';
      context.fillRect(width * 0.06, 40 * unit, 44 * unit, 2.5 * unit);
      ['#c8553d', '#f28f3b', '#588b8b', '#e8d8b0', '#2d3047'].forEach((tint, index) => {
        context.fillStyle = tint;
        context.fillRect(width * 0.08 + index * 6 * unit, (40 - 18 - (index % 3) * 3) * unit, 4.6 * unit, (18 + (index % 3) * 3) * unit);
      });
    }
    context.restore();
  }

  function ellipse(context, x, y, rx, ry, fill) {
    context.fillStyle = fill;
    context.beginPath();
    context.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
    context.fill();
  }

  /** In units of a hundredth of the picture's height, the middle at x = 0. */
  function person(context, { skin, hair, style, now }) {
    const talk = Math.max(0, Math.sin(now / 140 + style * 2)) * Math.max(0, Math.sin(now / 900 + style));
    const blink = (now + style * 700) % 3900 < 120 ? 0.15 : 1;
    const shirt = ['#27374d', '#6d4c41', '#e9e4d8', '#37523f'][style % 4];
    if (style === 2 || style === 0) {
      ellipse(context, 0, 47, 22, 27, hair);
      context.fillRect(-22, 47, 44, style === 2 ? 30 : 12);
    }
    ellipse(context, 0, 112, 42, 34, shirt);
    context.fillStyle = skin;
    context.fillRect(-7, 62, 14, 20);
    ellipse(context, 0, 82, 12, 6, skin);
    ellipse(context, 0, 48, 17, 22, skin);
    ellipse(context, -17, 50, 3, 5, skin);
    ellipse(context, 17, 50, 3, 5, skin);
    context.fillStyle = 'rgba(0,0,0,0.10)';
    context.fillRect(-7, 69, 14, 3);
    // Hair over the forehead.
    context.fillStyle = hair;
    context.beginPath();
    context.ellipse(0, 40, 18.5, 18, 0, Math.PI, 2 * Math.PI);
    context.quadraticCurveTo(14, 33, style % 2 ? 2 : 8, 32);
    context.quadraticCurveTo(-10, 30, -18.5, 42);
    context.fill();
    for (const side of [-1, 1]) {
      ellipse(context, side * 7, 47, 3, 2 * blink, '#fff');
      ellipse(context, side * 7, 47, 1.5, 1.6 * blink, '#2b2118');
      context.fillStyle = hair;
      context.fillRect(side * 7 - 3.5, 41.5, 7, 1.1);
    }
    if (style === 3) {
      context.strokeStyle = '#222';
      context.lineWidth = 0.9;
      context.strokeRect(-11.5, 43.5, 9, 7);
      context.strokeRect(2.5, 43.5, 9, 7);
    }
    if (style === 1) ellipse(context, 0, 66, 10, 5, hair);
    context.strokeStyle = 'rgba(80,40,20,0.35)';
    context.lineWidth = 0.9;
    context.beginPath();
    context.moveTo(0, 48);
    context.quadraticCurveTo(2.5, 54, -0.5, 54.5);
    context.stroke();
    ellipse(context, 0, 61, 5, 1 + talk * 2.4, '#7a2e2a');
    ellipse(context, 0, 60.2, 4, 0.7, '#f4ece6');
  }

  window.testTools = { ...window.testTools, drawFace };
})();
