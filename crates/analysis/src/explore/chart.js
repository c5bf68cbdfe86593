"use strict";
// The charts: world lines on the circle, and the number of clusters and the share consumed, all against the slider.

const LEFT = 46, RIGHT = 46, TOP = 20, GAP = 30, BOTTOM = 24;
/** Columns, what they are, and their colours. */
const SHARES = [
  ["consumed_renyi_ever", "consumed by Rényi centres", 0],
  ["consumed_strong_ever", "by strong ones", 2],
];

/** Where the parts of the chart are on a canvas of this size. */
function layoutOf(runs, width, height) {
  const inner = height - TOP - BOTTOM, lines = runs[0].circle && runs.length === 1;
  const upper = lines ? Math.round((inner - GAP) * 0.55) : 0;
  const shares = runs.some(run => SHARES.some(([name]) => run.curves[name]));
  return {
    x: LEFT, w: width - LEFT - (shares ? RIGHT : 16), shares,
    lines: lines ? { y: TOP, h: upper } : null,
    counts: { y: TOP + (lines ? upper + GAP : 0), h: inner - (lines ? upper + GAP : 0) },
  };
}

/** Draws all that does not change with time. */
function drawChart(context, layout, runs, scale) {
  context.font = "12px Inter, system-ui, sans-serif";
  if (layout.lines) drawWorldLines(context, layout, runs[0], scale);
  drawCounts(context, layout, runs, scale);
  drawTimeAxis(context, layout, scale);
}

function caption(context, text, x, y, color) {
  context.fillStyle = color ?? theme.soft;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillText(text, x, y);
  return x + context.measureText(text).width + 14;
}

/** Every token's angle against time, in the colour of its cluster. */
function drawWorldLines(context, { x, w, lines }, run, scale) {
  caption(context, "angle of every token", x, lines.y - 7);
  context.strokeStyle = theme.grid;
  context.strokeRect(x + 0.5, lines.y + 0.5, w - 1, lines.h - 1);
  context.fillStyle = theme.soft;
  context.textAlign = "right";
  context.textBaseline = "middle";
  ["π", "0", "−π"].forEach((text, i) => context.fillText(text, x - 7, lines.y + lines.h * i / 2));
  const paths = Array.from({ length: SLOTS + 1 }, () => new Path2D());
  const level = angle => lines.y + lines.h * (0.5 - angle / TAU);
  for (let frame = 0; frame + 1 < run.frames; frame++) {
    const [from, to] = [frame, frame + 1].map(f => x + w * scale.place(run.times[f]));
    for (const k of movers(run, frame)) {
      const path = paths[run.slots[run.leaders[(frame + 1) * run.n + k]]];
      const a = angleAt(run, k, frame, 0), b = angleAt(run, k, frame, 1);
      // The same piece one turn lower stands for what leaves at the seam.
      for (const turn of [0, TAU]) {
        if (Math.max(a, b) - turn < -Math.PI || Math.min(a, b) - turn > Math.PI) continue;
        path.moveTo(from, level(a - turn));
        path.lineTo(to, level(b - turn));
      }
    }
  }
  context.save();
  context.beginPath();
  context.rect(x, lines.y, w, lines.h);
  context.clip();
  paths.reverse().forEach((path, i) => {
    const slot = SLOTS - i;
    context.strokeStyle = theme.slots[slot];
    context.lineWidth = slot === SLOTS ? 0.6 : 1.2;
    context.globalAlpha = slot === SLOTS ? 0.55 : 0.85;
    context.stroke(path);
  });
  context.restore();
}

/** The levels of a logarithmic scale of counts. */
function countScale(runs) {
  const most = Math.max(2, ...runs.map(run => Math.max(...run.clusters)));
  const ticks = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000].filter(t => t <= most);
  return { share: count => Math.log(Math.max(1, count)) / Math.log(most * 1.05), ticks };
}

function drawCounts(context, layout, runs, scale) {
  const { x, w, counts, shares } = layout, levels = countScale(runs);
  const level = share => counts.y + counts.h * (1 - share);
  context.lineWidth = 1;
  context.textBaseline = "middle";
  let last = Infinity;
  for (const tick of levels.ticks) {
    const y = level(levels.share(tick));
    context.strokeStyle = theme.grid;
    line(context, x, y, x + w, y);
    if (last - y < 13) continue;
    last = y;
    context.fillStyle = theme.soft;
    context.textAlign = "right";
    context.fillText(tick, x - 7, y);
  }
  if (shares) {
    context.textAlign = "left";
    [0, 0.5, 1].forEach(share => context.fillText(`${share * 100} %`, x + w + 7, level(share)));
  }
  const name = runs.length > 1 ? `clusters: ${runs[0].label || "this run"}` : "clusters";
  let at = x;
  context.save();
  context.beginPath();
  context.rect(x - 1, counts.y - 2, w + 2, counts.h + 4);
  context.clip();
  for (const [key, , slot] of SHARES) {
    if (runs[0].curves[key]) drawShare(context, layout, runs[0], scale, key, slot, level);
  }
  runs.slice().reverse().forEach((run, i) => drawSteps(context, layout, run, scale, levels, level, i < runs.length - 1));
  context.restore();
  at = legend(context, name, at, counts.y - 7, theme.ink, [], 2);
  if (runs.length > 1) at = legend(context, runs[1].label || "beside", at, counts.y - 7, theme.accent, [5, 3], 2);
  for (const [key, text, slot] of SHARES) {
    if (runs[0].curves[key] && at + 21 + context.measureText(text).width < x + w + RIGHT) at = legend(context, text, at, counts.y - 7, theme.slots[slot], [], 1.5);
  }
}

function legend(context, text, x, y, color, dash, width) {
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash(dash);
  line(context, x, y - 4, x + 16, y - 4);
  context.setLineDash([]);
  return caption(context, text, x + 21, y);
}

function drawSteps(context, { x, w }, run, scale, levels, level, beside) {
  context.strokeStyle = beside ? theme.accent : theme.ink;
  context.lineWidth = 2;
  context.setLineDash(beside ? [5, 3] : []);
  context.lineJoin = "round";
  context.beginPath();
  run.clusters.forEach((count, frame) => {
    const at = x + w * scale.place(run.times[frame]), y = level(levels.share(count));
    if (frame) context.lineTo(at, level(levels.share(run.clusters[frame - 1])));
    context[frame ? "lineTo" : "moveTo"](at, y);
  });
  context.stroke();
  context.setLineDash([]);
}

function drawShare(context, { x, w }, run, scale, key, slot, level) {
  context.strokeStyle = theme.slots[slot];
  context.lineWidth = 1.5;
  context.beginPath();
  run.curves[key].forEach((share, frame) => {
    context[frame ? "lineTo" : "moveTo"](x + w * scale.place(run.times[frame]), level(share));
  });
  context.stroke();
}

function drawTimeAxis(context, { x, w, counts }, scale) {
  const y = counts.y + counts.h;
  context.strokeStyle = theme.axis;
  context.lineWidth = 1;
  line(context, x, y, x + w, y);
  context.textAlign = "center";
  context.textBaseline = "top";
  context.fillStyle = theme.soft;
  for (const tick of ticksOf(scale, 42 / w)) {
    const at = x + w * tick.place;
    line(context, at, y, at, y + (tick.strong ? 6 : 3));
    context.fillText(tick.label, at, y + 9);
  }
}

/** The cursor at a moment, with the counts where it crosses them. */
function drawCursor(context, { x, w, lines, counts }, runs, moments, place) {
  if (place < -1e-9 || place > 1 + 1e-9) return;
  const at = x + w * place, levels = countScale(runs);
  context.strokeStyle = theme.accent;
  context.lineWidth = 1.5;
  for (const part of [lines, counts]) if (part) line(context, at, part.y, at, part.y + part.h);
  runs.forEach((run, i) => {
    const y = counts.y + counts.h * (1 - levels.share(run.clusters[moments[i].frame]));
    context.beginPath();
    context.arc(at, y, 4.5, 0, TAU);
    context.fillStyle = i ? theme.accent : theme.ink;
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = theme.paper;
    context.stroke();
  });
}
