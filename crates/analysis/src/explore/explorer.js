"use strict";
// The page: what is chosen, what time it is, and who changes it. Everything that can be shared is in the address.

const $ = id => document.getElementById(id);
const VIEW = { az: 38, el: 22, zoom: 1, x: 0, y: 0 };
/** Seconds from the left end of the slider to the right one at speed 1. */
const DURATION = 24;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");

const state = {
  run: 0, beside: null, place: 0, from: 0, to: 1, playing: false, speed: 1, view: { ...VIEW },
  trails: !calm.matches, centers: true, labels: true, hover: null, painted: 0,
};
const opened = new Map();
let runs = [], moments = [], scale = null, layout = null, still = null, stale = true, boxes = [], places = [], dirty = true, before = null;

function open(index) {
  if (!opened.has(index)) opened.set(index, openRun(DOCUMENT.runs[index]));
  const run = opened.get(index);
  run.label = DOCUMENT.points.find(point => point.point === run.point).label;
  return run;
}

/** The run beside this one: the same replica at another point. */
function besideIndex() {
  if (state.beside === null) return -1;
  const { replica } = DOCUMENT.runs[state.run];
  return DOCUMENT.runs.findIndex(run => run.point === state.beside && run.replica === replica);
}

/** Takes up the chosen runs. */
function choose() {
  const other = besideIndex();
  runs = [open(state.run), ...(other >= 0 && other !== state.run ? [open(other)] : [])];
  scale = scaleOf(runs[0].times);
  $("main").classList.toggle("two", runs.length > 1);
  $("scene").classList.toggle("turns", runs.some(run => !run.circle));
  state.hover = null;
  fillChoices();
  fillKey();
  resize();
}

function time() { return scale.time(state.place); }

/** The smallest part of the slider that the charts show. */
const LEAST = 0.002;

/** Has the charts show a part of the slider, from a place as far as another. */
function showPart(from, to) {
  const size = Math.min(1, Math.max(LEAST, to - from));
  state.from = Math.min(1 - size, Math.max(0, from));
  state.to = state.from + size;
  stale = dirty = true;
}

/** The charts come closer by a factor; what is at a share of their width stays there. */
function zoomTime(factor, share = (state.place - state.from) / (state.to - state.from)) {
  const size = state.to - state.from, next = Math.min(1, Math.max(LEAST, size / factor));
  const from = state.from + share * (size - next);
  showPart(from, from + next);
}

/** Sets the time; what is nearly a saved time becomes one. */
function goTo(place) {
  const was = state.place;
  state.place = Math.min(1, Math.max(0, place));
  moments = runs.map(run => momentOf(run.times, time()));
  const { frame, share } = moments[0], near = share > 0.5 ? frame + 1 : frame, there = scale.place(runs[0].times[near] ?? 0);
  if (Math.abs(there - state.place) < 1e-7) state.place = there;
  // The charts turn a page where time moves out of theirs.
  const size = state.to - state.from;
  if (state.place !== was && state.place < state.from - 1e-9) showPart(state.place - 0.9 * size, state.place + 0.1 * size);
  if (state.place !== was && state.place > state.to + 1e-9) showPart(state.place - 0.1 * size, state.place + 0.9 * size);
  dirty = true;
}

/** To the saved time so many later than the present one. */
function step(by) {
  pause();
  const { frame, share } = moments[0], at = by < 0 && share > 0 ? frame + 1 : frame;
  goTo(scale.place(runs[0].times[Math.min(runs[0].frames - 1, Math.max(0, at + by))]));
}

function pause() { setPlaying(false); }

function setPlaying(playing) {
  if (playing && state.place >= 1) goTo(0);
  state.playing = playing;
  before = null;
  $("play-icon").setAttribute("d", playing ? "M4 3h2v10H4zM10 3h2v10h-2z" : "m4 2 10 6-10 6z");
  $("play-word").textContent = playing ? "Pause" : "Play";
  if (!playing) announce();
  dirty = true;
}

// Drawing.

function fit(canvas) {
  const { width, height } = canvas.getBoundingClientRect(), dots = Math.min(2, devicePixelRatio || 1);
  canvas.width = Math.round(width * dots);
  canvas.height = Math.round(height * dots);
  canvas.getContext("2d").setTransform(dots, 0, 0, dots, 0, 0);
  return { width, height, dots };
}

function resize() {
  const { width, height } = fit($("scene"));
  const w = (width - (runs.length - 1) * 2) / runs.length;
  boxes = runs.map((_, i) => ({ x: i * (w + 2), y: 0, w, h: height }));
  const chart = fit($("chart"));
  layout = { ...layoutOf(runs, chart.width, chart.height), dots: chart.dots };
  stale = true;
  // The knob of a slider stays within it: half a knob more on both sides makes it follow the cursor.
  Object.assign($("slider").style, { marginLeft: `${layout.x - 8}px`, width: `${layout.w + 16}px` });
  goTo(state.place);
}

/** What of the charts stays while time goes on. */
function drawStill() {
  still = document.createElement("canvas");
  still.width = $("chart").width;
  still.height = $("chart").height;
  const context = still.getContext("2d");
  context.setTransform(layout.dots, 0, 0, layout.dots, 0, 0);
  drawChart(context, layout, runs, partOf(scale, state.from, state.to));
  stale = false;
}

function paint() {
  if (stale) drawStill();
  const scene = $("scene").getContext("2d"), chart = $("chart").getContext("2d");
  scene.clearRect(0, 0, scene.canvas.width, scene.canvas.height);
  const pieces = state.playing ? budget : MOST_PIECES;
  const options = { trails: state.trails, centers: state.centers, labels: state.labels, scale, pieces };
  places = runs.map((run, i) => drawScene(scene, boxes[i], run, moments[i], state.view, options,
    { time: timeText(time()), label: runs.length > 1 ? run.label : "" }));
  if (runs.length > 1) {
    scene.fillStyle = theme.paper;
    scene.fillRect(boxes[1].x - 3, 0, 4, boxes[1].h);
  }
  if (state.hover) drawHover(scene);
  chart.save();
  chart.setTransform(1, 0, 0, 1, 0, 0);
  chart.clearRect(0, 0, chart.canvas.width, chart.canvas.height);
  // A page that is not laid out has canvases without pixels.
  if (still.width > 0 && still.height > 0) chart.drawImage(still, 0, 0);
  chart.restore();
  drawCursor(chart, layout, runs, moments, (state.place - state.from) / (state.to - state.from));
  fillReadout();
  state.painted += 1;
}

/** Pieces of trails while playing: fewer where pictures take longer than a sixtieth of a second. */
let budget = MOST_PIECES;

function tick(now) {
  if (state.playing) {
    const late = before === null ? 0 : now - before;
    if (late > 22) budget = Math.max(300, budget * 0.85); else if (late > 0) budget = Math.min(MOST_PIECES, budget * 1.03);
    if (before !== null) goTo(state.place + Math.min(0.1, (now - before) / 1000) * state.speed / DURATION);
    before = now;
    if (state.place >= 1) pause();
  }
  if (dirty) {
    dirty = false;
    paint();
    keepAddress();
  }
  requestAnimationFrame(tick);
}

// The address.

let kept = 0;
function keepAddress() {
  clearTimeout(kept);
  kept = setTimeout(() => {
    const text = addressOf();
    if (text !== location.hash) history.replaceState(null, "", text);
  }, state.playing ? 400 : 120);
}

function addressOf() {
  const { point, replica } = DOCUMENT.runs[state.run], parts = { point, replica, t: Number(time().toPrecision(12)) };
  if (state.to - state.from < 1) {
    for (const end of ["from", "to"]) parts[end] = Number(scale.time(state[end]).toPrecision(8));
  }
  if (state.beside !== null) parts.beside = state.beside;
  for (const name of Object.keys(VIEW)) {
    if (state.view[name] !== VIEW[name]) parts[name] = state.view[name];
  }
  for (const name of ["trails", "centers", "labels"]) if (!state[name]) parts[name] = 0;
  if (state.speed !== 1) parts.speed = state.speed;
  return "#" + new URLSearchParams(parts);
}

/** Takes what an address says; true if it says anything. */
function readAddress(address) {
  const said = new URLSearchParams(new URL(address).hash.slice(1));
  const number = (name, otherwise) => said.get(name) && isFinite(said.get(name)) ? Number(said.get(name)) : otherwise;
  const run = DOCUMENT.runs.findIndex(r => r.point === number("point", DOCUMENT.runs[0].point)
    && r.replica === number("replica", DOCUMENT.runs[0].replica));
  state.run = Math.max(0, run);
  if ([...said].length) state.beside = number("beside", null);
  for (const name of Object.keys(VIEW)) state.view[name] = number(name, VIEW[name]);
  state.view.zoom = Math.min(40, Math.max(0.5, state.view.zoom));
  for (const name of ["trails", "centers", "labels"]) state[name] = number(name, state[name] ? 1 : 0) !== 0;
  state.speed = number("speed", state.speed);
  const times = DOCUMENT.times[DOCUMENT.runs[state.run].times];
  const { place } = scaleOf(times);
  state.place = place(number("t", 0));
  showPart(said.has("from") ? place(number("from", 0)) : 0, said.has("to") ? place(number("to", 0)) : 1);
  return said.has("t");
}

// What tests and curious readers may ask.

window.tokenpark = {
  document: DOCUMENT,
  get state() {
    const run = DOCUMENT.runs[state.run];
    return {
      point: run.point, replica: run.replica, beside: runs.length > 1 ? state.beside : null, time: time(),
      saved: runs[0].times[moments[0].frame], frame: moments[0].frame, frames: runs[0].frames, tokens: run.tokens,
      dimension: run.dimension, clusters: runs.map((r, i) => r.clusters[moments[i].frame]),
      counted: runs.map((r, i) => clustersAt(r, moments[i].frame).length),
      largest: runs.map((r, i) => clustersAt(r, moments[i].frame)[0].size), playing: state.playing, speed: state.speed,
      from: scale.time(state.from), to: scale.time(state.to), view: { ...state.view }, trails: state.trails, centers: state.centers, labels: state.labels, painted: state.painted,
      hover: state.hover, places: places.map(p => Array.from(p)),
    };
  },
};

const fromAddress = readAddress(location.href);
readTheme();
begin(fromAddress);
