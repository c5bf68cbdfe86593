"use strict";
// One panel: tokens on the circle or the sphere at a moment, with trails, centres and cluster sizes.

const TAU = 2 * Math.PI;
/** How far back trails reach, as a part of the slider, and how far in on the circle, as a part of the radius. */
const TRAIL = 0.2, INWARD = 0.42;
/** No more pieces of trails than this in one picture. */
const MOST_PIECES = 9000;
/** Cluster sizes are written when there are no more clusters of two tokens or more. */
const MOST_LABELS = 16;

let theme = {};
function readTheme() {
  const style = getComputedStyle(document.documentElement);
  const names = ["paper", "panel", "ink", "soft", "axis", "grid", "accent", "grey", "ball0", "ball1", "rim"];
  theme = Object.fromEntries(names.map(name => [name, style.getPropertyValue(`--${name}`).trim()]));
  theme.slots = Array.from({ length: SLOTS }, (_, i) => style.getPropertyValue(`--c${i}`).trim()).concat(theme.grey);
}

/** How a panel sees: the middle, the radius, and for spheres the rows of a rotation. */
function cameraOf(run, box, view) {
  const radius = Math.min(box.w, box.h) * (run.circle ? 0.375 : 0.43) * view.zoom;
  const x = box.x + box.w / 2 + view.x * box.w, y = box.y + box.h / 2 + view.y * box.h + (run.circle ? 0 : 8);
  const az = view.az * Math.PI / 180, el = view.el * Math.PI / 180;
  const [sa, ca, se, ce] = [Math.sin(az), Math.cos(az), Math.sin(el), Math.cos(el)];
  return { x, y, radius, rows: [-sa, ca, 0, -se * ca, -se * sa, ce, ce * ca, ce * sa, se] };
}

/** Where tokens are on the page at a moment: x, y and depth of each (depth 1 on the circle). */
function placed(run, moment, camera, out) {
  const { x, y, radius, rows } = camera, point = [0, 0, 0];
  for (let k = 0; k < run.n; k++) {
    if (run.circle) {
      const angle = angleAt(run, k, moment.frame, moment.share);
      out[3 * k] = x + radius * Math.cos(angle);
      out[3 * k + 1] = y - radius * Math.sin(angle);
      out[3 * k + 2] = 1;
    } else {
      pointAt(run, k, moment.frame, moment.share, point);
      seen(point, camera, out, 3 * k);
    }
  }
  return out;
}

function seen([a, b, c], { x, y, radius, rows }, out, at) {
  out[at] = x + radius * (rows[0] * a + rows[1] * b + rows[2] * c);
  out[at + 1] = y - radius * (rows[3] * a + rows[4] * b + rows[5] * c);
  out[at + 2] = rows[6] * a + rows[7] * b + rows[8] * c;
}

/** Draws a panel and returns where its tokens are, for the pointer. */
function drawScene(context, box, run, moment, view, options, words) {
  const camera = cameraOf(run, box, view);
  const places = placed(run, moment, camera, run.places ??= new Float32Array(3 * run.n));
  context.save();
  context.beginPath();
  context.rect(box.x, box.y, box.w, box.h);
  context.clip();
  if (run.circle) drawCircle(context, camera); else drawBall(context, camera, false);
  const trails = options.trails ? trailsOf(run, moment, camera, options) : null;
  for (const near of run.circle ? [true] : [false, true]) {
    if (near && !run.circle) drawBall(context, camera, true);
    context.globalAlpha = 1;
    if (trails) drawTrails(context, trails, near);
    drawMasses(context, run, moment, places, near, camera);
    drawTokens(context, run, moment, places, near, camera);
    if (options.centers) drawCenters(context, run, places, near);
  }
  context.globalAlpha = 1;
  const clusters = clustersAt(run, moment.frame);
  if (options.labels) drawSizes(context, run, clusters, places, camera, box);
  drawWords(context, run, box, camera, words, clusters.length);
  context.restore();
  return places;
}

function drawCircle(context, { x, y, radius }) {
  context.strokeStyle = theme.rim;
  context.lineWidth = 1;
  context.beginPath();
  context.arc(x, y, radius, 0, TAU);
  context.stroke();
  for (let k = 0; k < 12; k++) {
    const [c, s] = [Math.cos(k * TAU / 12), Math.sin(k * TAU / 12)], long = k % 3 === 0 ? 7 : 4;
    line(context, x + c * (radius + 6), y + s * (radius + 6), x + c * (radius + 6 + long), y + s * (radius + 6 + long));
  }
}

function line(context, ...[a, b, c, d]) {
  context.beginPath();
  context.moveTo(a, b);
  context.lineTo(c, d);
  context.stroke();
}

function drawBall(context, camera, near) {
  const { x, y, radius } = camera;
  if (!near) {
    const light = context.createRadialGradient(x - 0.3 * radius, y - 0.4 * radius, 0.1 * radius, x, y, radius);
    light.addColorStop(0, theme.ball0);
    light.addColorStop(1, theme.ball1);
    context.fillStyle = light;
    context.beginPath();
    context.arc(x, y, radius, 0, TAU);
    context.fill();
    context.strokeStyle = theme.rim;
    context.lineWidth = 1;
    context.stroke();
  }
  context.strokeStyle = theme.axis;
  for (const [curve, width] of GRID) {
    context.globalAlpha = near ? 0.4 : 0.16;
    context.lineWidth = width;
    context.beginPath();
    const out = [0, 0, 0];
    let pen = false;
    for (const point of curve) {
      seen(point, camera, out, 0);
      const visible = near === out[2] >= 0;
      if (visible && pen) context.lineTo(out[0], out[1]); else if (visible) context.moveTo(out[0], out[1]);
      pen = visible;
    }
    context.stroke();
  }
  context.globalAlpha = 1;
  if (near) drawAxes(context, camera);
}

/** Meridians and parallels every thirty degrees; the equator is stronger. */
const GRID = (() => {
  const curves = [], turn = Array.from({ length: 73 }, (_, j) => j * TAU / 72);
  for (let k = 0; k < 6; k++) {
    const [s, c] = [Math.sin(k * Math.PI / 6), Math.cos(k * Math.PI / 6)];
    curves.push([turn.map(t => [c * Math.cos(t), s * Math.cos(t), Math.sin(t)]), 0.7]);
  }
  for (const height of [-60, -30, 0, 30, 60]) {
    const [s, c] = [Math.sin(height * Math.PI / 180), Math.cos(height * Math.PI / 180)];
    curves.push([turn.map(t => [c * Math.cos(t), c * Math.sin(t), s]), height === 0 ? 1.3 : 0.7]);
  }
  return curves;
})();

function drawAxes(context, camera) {
  context.font = "12px Inter, system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  [[1, 0, 0], [0, 1, 0], [0, 0, 1]].forEach((axis, k) => {
    const [out, tip, label] = [[0, 0, 0], [0, 0, 0], [0, 0, 0]], times = f => axis.map(c => c * f);
    seen(axis, camera, out, 0);
    if (out[2] < 0) return;
    seen(times(1 + 12 / camera.radius), camera, tip, 0);
    seen(times(1 + 23 / camera.radius), camera, label, 0);
    context.strokeStyle = theme.axis;
    context.lineWidth = 1;
    line(context, out[0], out[1], tip[0], tip[1]);
    context.fillStyle = theme.soft;
    context.fillText(["e₁", "e₂", "e₃"][k], label[0], label[1]);
  });
}

/** Paths of the last part of the way, by side, age (three steps) and colour. */
function trailsOf(run, moment, camera, { scale, pieces: most }) {
  const paths = new Map(), now = scale.place(timeOfMoment(run, moment)), late = moment.share > 0 ? moment.frame : moment.frame - 1;
  const add = (near, age, slot) => {
    const name = (near ? 1000 : 0) + Math.min(2, Math.floor(age * 3)) * 100 + slot;
    if (!paths.has(name)) paths.set(name, new Path2D());
    return paths.get(name);
  };
  let pieces = 0;
  for (let frame = late; frame >= 0 && pieces < most; frame--) {
    const until = frame === moment.frame ? moment.share : 1;
    const ages = [frame, frame + 1].map(f => (now - scale.place(run.times[f])) / TRAIL);
    if (until < 1 || ages[1] < 0) ages[1] = 0;
    if (ages[1] >= 1) break;
    const kept = movers(run, frame);
    pieces += kept.length;
    for (const k of kept) {
      const slot = run.slots[run.leaders[frame * run.n + k]];
      if (run.circle) trailOnCircle(add(true, ages[1], slot), run, k, frame, until, ages, camera);
      else trailOnBall(add, run, k, frame, until, ages[1], slot, camera);
    }
  }
  return paths;
}

function timeOfMoment({ times }, { frame, share }) {
  if (share === 0) return times[frame];
  return times[frame] > 0 ? times[frame] * (times[frame + 1] / times[frame]) ** share : share * times[1];
}

/** A piece on the circle goes inward with its age. */
function trailOnCircle(path, run, k, frame, until, ages, { x, y, radius }) {
  const a = angleAt(run, k, frame, 0), b = angleAt(run, k, frame, until);
  const steps = Math.max(1, Math.ceil(Math.abs(b - a) / 0.12));
  for (let i = 0; i <= steps; i++) {
    const share = i / steps, angle = a + share * (b - a);
    const r = radius * (1 - INWARD * Math.min(1, ages[0] + share * (ages[1] - ages[0])));
    path[i ? "lineTo" : "moveTo"](x + r * Math.cos(angle), y - r * Math.sin(angle));
  }
}

const FROM = [0, 0, 0], TO = [0, 0, 0], SPOT = [0, 0, 0];
function trailOnBall(add, run, k, frame, until, age, slot, camera) {
  pointAt(run, k, frame, 0, FROM);
  pointAt(run, k, frame, until, TO);
  const long = Math.hypot(TO[0] - FROM[0], TO[1] - FROM[1], TO[2] - FROM[2]);
  if (long < 1e-4) return;
  const steps = Math.max(1, Math.ceil(long / 0.1));
  let path = null, side = null;
  seen(FROM, camera, SPOT, 0);
  for (let i = 1; i <= steps; i++) {
    const [x, y, depth] = SPOT;
    seen(pointAt(run, k, frame, until * i / steps, TO), camera, SPOT, 0);
    if (side !== depth >= 0) { side = depth >= 0; path = add(side, age, slot); path.moveTo(x, y); }
    path.lineTo(SPOT[0], SPOT[1]);
  }
}

function drawTrails(context, paths, near) {
  context.lineJoin = "round";
  for (const name of [...paths.keys()].sort((a, b) => b - a)) {
    if ((name >= 1000) !== near) continue;
    const age = Math.floor(name % 1000 / 100), slot = name % 100;
    context.strokeStyle = theme.slots[slot];
    context.lineWidth = slot === SLOTS ? 0.9 : 1.3;
    context.globalAlpha = [0.62, 0.4, 0.22][age] * (near ? 1 : 0.4) * (slot === SLOTS ? 0.7 : 1);
    context.stroke(paths.get(name));
  }
  context.globalAlpha = 1;
}

/** Behind every cluster of three tokens or more a pale disc whose area grows with it. */
function drawMasses(context, run, moment, places, near, camera) {
  const sums = new Map(), base = moment.frame * run.n;
  for (let k = 0; k < run.n; k++) {
    const leader = run.leaders[base + k], sum = sums.get(leader) ?? [0, 0, 0, 0];
    for (let i = 0; i < 3; i++) sum[i] += places[3 * k + i];
    sum[3] += 1;
    sums.set(leader, sum);
  }
  context.globalAlpha = near ? 0.28 : 0.12;
  for (const [leader, [x, y, depth, size]] of sums) {
    if (size < 3 || (depth >= 0) !== near) continue;
    context.fillStyle = theme.slots[run.slots[leader]];
    context.beginPath();
    context.arc(x / size, y / size, camera.radius * (0.022 + 0.075 * Math.sqrt(size / run.n)), 0, TAU);
    context.fill();
  }
  context.globalAlpha = 1;
}

/** Discs that shrink as tokens grow many; grey ones lie below. */
function drawTokens(context, run, moment, places, near, camera) {
  const size = Math.max(1.7, Math.min(4.2, 62 / Math.sqrt(run.n))) * Math.min(1.6, Math.sqrt(camera.radius / 220));
  const paths = new Map(), base = moment.frame * run.n;
  for (let k = run.n - 1; k >= 0; k--) {
    const depth = places[3 * k + 2];
    if ((depth >= 0) !== near) continue;
    const slot = run.slots[run.leaders[base + k]], r = run.circle ? size : size * (0.85 + 0.25 * depth);
    if (!paths.has(slot)) paths.set(slot, new Path2D());
    const path = paths.get(slot);
    path.moveTo(places[3 * k] + r, places[3 * k + 1]);
    path.arc(places[3 * k], places[3 * k + 1], r, 0, TAU);
  }
  context.globalAlpha = near ? 1 : 0.35;
  context.lineWidth = 1.5;
  context.strokeStyle = theme.panel;
  for (const slot of [...paths.keys()].sort((a, b) => b - a)) {
    context.fillStyle = theme.slots[slot];
    // Rims first, so that coincident tokens do not bleach each other.
    if (run.n <= 400) context.stroke(paths.get(slot));
    context.fill(paths.get(slot));
  }
  context.globalAlpha = 1;
}

/** Rings round Rényi centres, diamonds round strong ones. */
function drawCenters(context, run, places, near) {
  const ring = new Path2D(), diamond = new Path2D(), strong = new Set(run.strong);
  for (const k of run.renyi) {
    const [x, y, depth] = places.subarray(3 * k, 3 * k + 3);
    if ((depth >= 0) !== near) continue;
    if (strong.has(k)) {
      diamond.moveTo(x, y - 9); diamond.lineTo(x + 9, y); diamond.lineTo(x, y + 9); diamond.lineTo(x - 9, y);
      diamond.closePath();
    } else {
      ring.moveTo(x + 7, y);
      ring.arc(x, y, 7, 0, TAU);
    }
  }
  context.globalAlpha = near ? 1 : 0.35;
  for (const [width, color] of [[3.6, theme.panel], [1.6, theme.ink]]) {
    context.lineWidth = width;
    context.strokeStyle = color;
    context.stroke(ring);
    context.stroke(diamond);
  }
  context.globalAlpha = 1;
}

/** The number of tokens of every cluster, beside it; on the circle pushed apart. */
function drawSizes(context, run, clusters, places, camera, box) {
  const shown = clusters.filter(cluster => cluster.size > 1).slice(0, MOST_LABELS + 1);
  if (shown.length > MOST_LABELS || box.w < 260) return;
  context.font = "600 13px Inter, system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 3;
  context.lineJoin = "round";
  const labels = shown.map(({ leader, size }) => {
    const [x, y, depth] = places.subarray(3 * leader, 3 * leader + 3);
    return { leader, size, depth, angle: Math.atan2(camera.y - y, x - camera.x), x, y };
  }).filter(label => label.depth >= 0);
  if (run.circle) spread(labels, 26 / camera.radius);
  for (const label of labels) {
    const at = run.circle
      ? [camera.x + (camera.radius + 25) * Math.cos(label.angle), camera.y - (camera.radius + 25) * Math.sin(label.angle)]
      : [label.x + 14, label.y - 13];
    context.strokeStyle = theme.panel;
    context.fillStyle = theme.ink;
    context.strokeText(label.size, ...at);
    context.fillText(label.size, ...at);
  }
}

/** Moves labels along the circle until none is nearer than `apart` to the next. */
function spread(labels, apart) {
  labels.sort((a, b) => a.angle - b.angle);
  for (let round = 0; round < 60; round++) {
    let moved = false;
    labels.forEach((label, i) => {
      const next = labels[(i + 1) % labels.length], gap = next.angle - label.angle + (i + 1 === labels.length ? TAU : 0);
      if (labels.length > 1 && gap < apart - 1e-6) {
        label.angle -= (apart - gap) / 2;
        next.angle += (apart - gap) / 2;
        moved = true;
      }
    });
    if (!moved) return;
  }
}

/** The time and the number of clusters: in the middle of the circle, above the sphere. */
function drawWords(context, run, box, camera, words, count) {
  const middle = run.circle && camera.radius * (1 - INWARD) > 62, small = box.w < 260;
  context.textAlign = middle ? "center" : "left";
  context.textBaseline = "alphabetic";
  const x = middle ? camera.x : box.x + 14, y = middle ? camera.y - 2 : box.y + 26;
  const write = (text, font, color, dy) => {
    context.font = `${font} Inter, system-ui, sans-serif`;
    context.lineWidth = 4;
    context.lineJoin = "round";
    context.strokeStyle = theme.panel;
    context.strokeText(text, x, y + dy);
    context.fillStyle = color;
    context.fillText(text, x, y + dy);
  };
  write(`t = ${words.time}`, small ? "600 14px" : "600 19px", theme.ink, 0);
  write(count === 1 ? "1 cluster" : `${count} clusters`, small ? "12px" : "14px", theme.soft, small ? 17 : 22);
  if (words.label) {
    context.textAlign = "left";
    context.font = "600 13px Inter, system-ui, sans-serif";
    context.fillStyle = theme.ink;
    context.fillText(words.label, box.x + 14, middle ? box.y + 24 : box.y + box.h - 14);
  }
}
