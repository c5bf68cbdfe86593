"use strict";
// Keys and buttons, and the beginning.

function setReplica(by) {
  const mine = DOCUMENT.runs.map((run, i) => ({ ...run, i })).filter(run => run.point === DOCUMENT.runs[state.run].point);
  const at = mine.findIndex(run => run.i === state.run);
  state.run = mine[(at + by + mine.length) % mine.length].i;
  choose();
}

function setPoint(point) {
  const { replica } = DOCUMENT.runs[state.run], now = time();
  const there = DOCUMENT.runs.findIndex(run => run.point === point && run.replica === replica);
  state.run = there >= 0 ? there : DOCUMENT.runs.findIndex(run => run.point === point);
  if (state.beside === point) state.beside = null;
  state.place = scaleOf(DOCUMENT.times[DOCUMENT.runs[state.run].times]).place(now);
  choose();
}

function nextBeside() {
  const others = [null, ...DOCUMENT.points.map(p => p.point).filter(p => p !== DOCUMENT.runs[state.run].point)];
  state.beside = others[(others.indexOf(runs.length > 1 ? state.beside : null) + 1) % others.length];
  choose();
}

function setSpeed(by) {
  const speeds = [...$("speed").options].map(option => Number(option.value)), at = speeds.indexOf(state.speed);
  state.speed = speeds[Math.min(speeds.length - 1, Math.max(0, at + by))];
  $("speed").value = state.speed;
  dirty = true;
}

function toggle(name) {
  state[name] = !state[name];
  $(name).checked = state[name];
  dirty = true;
}

function resetView() {
  state.view = { ...VIEW };
  dirty = true;
}

function showHelp() {
  const help = $("help");
  if (help.open) help.close(); else help.showModal();
}

const KEYS = {
  " ": () => setPlaying(!state.playing),
  ArrowLeft: event => step(event.shiftKey ? -10 : -1), ArrowRight: event => step(event.shiftKey ? 10 : 1),
  Home: () => { pause(); goTo(0); }, End: () => { pause(); goTo(1); },
  "[": () => setSpeed(-1), "]": () => setSpeed(1),
  n: () => setReplica(1), p: () => setReplica(-1), b: nextBeside,
  t: () => toggle("trails"), c: () => toggle("centers"), l: () => toggle("labels"),
  a: () => turn(-24, 0), d: () => turn(24, 0), w: () => turn(0, -24), s: () => turn(0, 24),
  "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), "−": () => zoom(0.8),
  i: () => zoomTime(1.5), o: () => zoomTime(1 / 1.5), "0": () => showPart(0, 1),
  r: resetView, "?": showHelp,
};

function listenToKeys() {
  addEventListener("keydown", event => {
    const act = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key], tag = event.target.tagName;
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    // A select keeps its keys, a button and a box their space, a dialog all but ?.
    if (tag === "SELECT" || ($("help").open && event.key !== "?")) return;
    if (event.key === " " && (tag === "BUTTON" || tag === "SUMMARY" || event.target.type === "checkbox")) return;
    event.preventDefault();
    act(event);
    if (!state.playing) announce();
  });
}

function listenToButtons() {
  const on = (id, name, act) => $(id).addEventListener(name, act);
  on("play", "click", () => setPlaying(!state.playing));
  on("start", "click", KEYS.Home);
  on("end", "click", KEYS.End);
  on("back", "click", () => step(-1));
  on("forward", "click", () => step(1));
  on("slider", "input", event => { pause(); goTo(event.target.value / 10000); });
  on("speed", "change", event => { state.speed = Number(event.target.value); dirty = true; });
  on("point", "change", event => setPoint(Number(event.target.value)));
  on("replica", "change", event => setReplica(Number(event.target.selectedIndex)
    - DOCUMENT.runs.filter(run => run.point === DOCUMENT.runs[state.run].point)
      .findIndex(run => run.replica === DOCUMENT.runs[state.run].replica)));
  on("beside", "change", event => { state.beside = event.target.value === "" ? null : Number(event.target.value); choose(); });
  for (const name of ["trails", "centers", "labels"]) on(name, "change", () => { state[name] = $(name).checked; dirty = true; });
  on("reset", "click", resetView);
  on("help-button", "click", showHelp);
}

/** Masks beside each other from the same start are shown so at first. */
function besideAtFirst() {
  const [first, ...others] = DOCUMENT.points, other = others.find(p => p.swept.mask && p.swept.mask !== first.swept.mask);
  const run = p => open(DOCUMENT.runs.findIndex(r => r.point === p.point));
  return other && sameStart(run(first), run(other)) ? other.point : null;
}

function begin(fromAddress) {
  if (!location.hash) state.beside = besideAtFirst();
  fillAbout();
  choose();
  listenToPointer();
  listenToKeys();
  listenToButtons();
  const watch = new ResizeObserver(() => resize());
  watch.observe($("scene"));
  watch.observe($("chart"));
  dark.addEventListener("change", () => { readTheme(); fillKey(); resize(); });
  addEventListener("hashchange", event => { pause(); readAddress(event.newURL); choose(); announce(); });
  announce();
  if (!fromAddress && !calm.matches) setPlaying(true);
  requestAnimationFrame(tick);
}
