"use strict";
// The document of numbers, and runs opened from it. What is coded how: pack.rs.

const DOCUMENT = JSON.parse(document.getElementById("document").textContent);
/** Colours told apart; clusters beyond these are grey. */
const SLOTS = 10;

function bytesOf(text) {
  const letters = atob(text), bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i++) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

/** The differences in a coded text. */
function differences(text, count) {
  const bytes = bytesOf(text), all = new Int32Array(count);
  let at = 0, to = 0;
  const number = () => {
    let value = 0, scale = 1, byte;
    do { byte = bytes[at++]; value += (byte & 127) * scale; scale *= 128; } while (byte > 127);
    return value;
  };
  while (at < bytes.length) {
    const value = number();
    if (value === 0) to += number() + 1;
    else all[to++] = value % 2 ? -(value + 1) / 2 : value / 2;
  }
  return all;
}

/** Sums of differences frame by frame; `first` is what comes before the first frame. */
function sums(text, frames, size, first, into) {
  const all = differences(text, frames * size), values = new into(frames * size);
  for (let i = 0; i < all.length; i++) values[i] = all[i] + (i < size ? first(i) : values[i - size]);
  return values;
}

/** A run ready to be drawn: places are angles on the circle, and otherwise points of space. */
function openRun(run) {
  const n = run.tokens, times = DOCUMENT.times[run.times], frames = times.length;
  const components = Math.min(run.dimension - 1, 3);
  const numbers = sums(run.positions, frames, components * n, () => 0, Uint16Array);
  const leaders = sums(run.leaders, frames, n, k => k, Uint32Array);
  const opened = { ...run, n, times, frames, leaders, numbers, components, circle: run.dimension === 2, steps: [] };
  if (!opened.circle) opened.points = pointsOf(opened);
  opened.slots = slotsOf(opened);
  return opened;
}

function pointsOf({ n, frames, components, numbers }) {
  const points = new Float32Array(3 * n * frames);
  for (let frame = 0; frame < frames; frame++) {
    const base = frame * components * n;
    for (let k = 0; k < n; k++) {
      const azimuth = numbers[base + k] * Math.PI / 32768, polar = numbers[base + n + k] * Math.PI / 65535;
      const length = components > 2 ? numbers[base + 2 * n + k] / 65535 : 1;
      const across = length * Math.sin(polar), at = 3 * (frame * n + k);
      points[at] = across * Math.cos(azimuth);
      points[at + 1] = across * Math.sin(azimuth);
      points[at + 2] = length * Math.cos(polar);
    }
  }
  return points;
}

/** The colour of every leader: those that lead others the longest are told apart, the rest is grey. */
function slotsOf({ n, frames, leaders }) {
  const lead = new Float64Array(n);
  for (let i = 0; i < frames * n; i++) if (leaders[i] !== i % n) lead[leaders[i]] += 1;
  const order = [...lead.keys()].filter(k => lead[k] > 0).sort((a, b) => lead[b] - lead[a] || a - b);
  const slots = new Uint8Array(n).fill(SLOTS);
  order.slice(0, SLOTS).forEach((k, slot) => { slots[k] = slot; });
  return slots;
}

/** The angle of a token between two frames, the short way round. */
function angleAt({ numbers, n, frames }, k, frame, share) {
  const here = numbers[frame * n + k];
  if (share === 0 || frame + 1 >= frames) return here * Math.PI / 32768;
  const way = ((numbers[(frame + 1) * n + k] - here + 98304) & 65535) - 32768;
  return (here + share * way) * Math.PI / 32768;
}

/** Writes the point of a token between two frames into `out`: along the great circle, or straight inside the ball. */
function pointAt({ points, n, frames, components }, k, frame, share, out) {
  const a = 3 * (frame * n + k), b = share > 0 && frame + 1 < frames ? a + 3 * n : a;
  let u = 1 - share, v = share;
  if (components === 2 && a !== b) {
    const cosine = Math.min(1, points[a] * points[b] + points[a + 1] * points[b + 1] + points[a + 2] * points[b + 2]);
    const angle = Math.acos(Math.max(-1, cosine)), sine = Math.sin(angle);
    if (sine > 1e-5) { u = Math.sin((1 - share) * angle) / sine; v = Math.sin(share * angle) / sine; }
  }
  for (let i = 0; i < 3; i++) out[i] = u * points[a + i] + v * points[b + i];
  return out;
}

/** The tokens of which no earlier one takes the same way (to a sixteenth of the resolution) from a frame to the next. */
function movers(run, frame) {
  if (run.steps[frame]) return run.steps[frame];
  const { n, numbers, components } = run, size = components * n, seen = new Set(), kept = [];
  const coarse = i => numbers[i] >> 4;
  for (let k = 0; k < n; k++) {
    const a = frame * size + k, b = a + size;
    const from = coarse(a) * 4096 + (components > 1 ? coarse(a + n) : 0);
    const way = coarse(b) * 4096 + (components > 1 ? coarse(b + n) : 0);
    const name = from * 16777216 + way;
    if (!seen.has(name)) { seen.add(name); kept.push(k); }
  }
  return run.steps[frame] = kept;
}

/** The clusters at a frame, largest first: leader, size, and members on request. */
function clustersAt(run, frame) {
  const sizes = new Map(), base = frame * run.n;
  for (let k = 0; k < run.n; k++) {
    const leader = run.leaders[base + k];
    sizes.set(leader, (sizes.get(leader) || 0) + 1);
  }
  return [...sizes].map(([leader, size]) => ({ leader, size })).sort((a, b) => b.size - a.size || a.leader - b.leader);
}
