"use strict";
// Words and controls round the pictures: choices, readout, pointer, keyboard.

function fillChoices() {
  const { point, replica } = DOCUMENT.runs[state.run], options = (select, list, chosen) => {
    select.replaceChildren(...list.map(([value, text]) => new Option(text, value, false, String(value) === String(chosen))));
  };
  const label = p => p.label || `point ${p.point}`;
  options($("point"), DOCUMENT.points.map(p => [p.point, label(p)]), point);
  const mine = DOCUMENT.runs.filter(run => run.point === point);
  options($("replica"), mine.map(run => [run.replica, `${run.replica}`]), replica);
  const others = DOCUMENT.points.filter(p => p.point !== point);
  options($("beside"), [["", "nothing"], ...others.map(p => [p.point, label(p)])], runs.length > 1 ? state.beside : "");
  $("point-label").hidden = $("beside-label").hidden = DOCUMENT.points.length < 2;
  $("speed").value = state.speed;
  for (const name of ["trails", "centers", "labels"]) $(name).checked = state[name];
}

/** What the marks mean, drawn as they are drawn. */
function fillKey() {
  const mark = draw => {
    const canvas = document.createElement("canvas"), dots = 2;
    canvas.width = canvas.height = 20 * dots;
    canvas.style.width = canvas.style.height = "20px";
    canvas.setAttribute("aria-hidden", "true");
    const context = canvas.getContext("2d");
    context.scale(dots, dots);
    context.strokeStyle = theme.ink;
    context.lineWidth = 1.6;
    draw(context);
    return canvas;
  };
  const item = (canvas, text) => {
    const li = document.createElement("li");
    li.append(canvas, text);
    return li;
  };
  const disc = (context, slot, x) => {
    context.fillStyle = theme.slots[slot];
    context.beginPath();
    context.arc(x, 10, 4, 0, TAU);
    context.fill();
  };
  const items = [item(mark(c => { disc(c, 0, 5); disc(c, 1, 15); }), "token, coloured by its cluster’s leader")];
  if (runs.some(run => run.slots.includes(SLOTS))) items.push(item(mark(c => disc(c, SLOTS, 10)), "short-lived cluster"));
  const square = c => { c.moveTo(10, 2); c.lineTo(18, 10); c.lineTo(10, 18); c.lineTo(2, 10); c.closePath(); c.stroke(); };
  if (runs.some(run => run.strong.length)) items.push(item(mark(square), "strong Rényi centre"));
  if (runs.some(run => run.renyi.length)) items.push(item(mark(c => { c.arc(10, 10, 7, 0, TAU); c.stroke(); }), "other Rényi centre"));
  if (runs.length > 1) items.push(item("", sameStart(...runs) ? "Both from the same start." : "From different starts."));
  const most = Math.max(...runs.map(run => run.dimension));
  if (most > 3) items.push(item("", `The first three of ${most} coordinates: inside the ball is elsewhere.`));
  $("key").replaceChildren(...items);
  $("centers").parentElement.hidden = !runs.some(run => run.renyi.length);
}

/** Whether two runs begin with the same tokens in the same places. */
function sameStart(a, b) {
  const size = a.components * a.n;
  return a.n === b.n && a.dimension === b.dimension && a.numbers.subarray(0, size).every((x, i) => x === b.numbers[i]);
}

/** The numbers at the saved time that the picture is at or after. */
function fillReadout() {
  const lines = [["time", timeText(time())], ["saved time", `${moments[0].frame + 1} of ${runs[0].frames}`]];
  const pair = of => runs.map((run, i) => of(run, moments[i].frame)).join(" · ");
  lines.push(["clusters", pair((run, f) => run.clusters[f])]);
  lines.push(["largest cluster", pair((run, f) => clustersAt(run, f)[0].size)]);
  const percent = share => `${(100 * share).toFixed(1)} %`;
  for (const [key, text] of [["consumed_renyi_ever", "consumed, Rényi"], ["consumed_strong_ever", "consumed, strong"]]) {
    if (runs.every(run => run.curves[key])) lines.push([text, pair((run, f) => percent(run.curves[key][f]))]);
  }
  const list = $("readout");
  while (list.children.length > lines.length) list.lastChild.remove();
  lines.forEach(([term, text], i) => {
    if (!list.children[i]) {
      const div = document.createElement("div");
      div.append(document.createElement("dt"), document.createElement("dd"));
      list.append(div);
    }
    const [dt, dd] = list.children[i].children;
    if (dt.textContent !== term) dt.textContent = term;
    if (dd.textContent !== text) dd.textContent = text;
  });
  $("slider").value = Math.round(state.place * 10000);
  $("slider").setAttribute("aria-valuetext", `t = ${timeText(time())}, ${pair((run, f) => run.clusters[f])} clusters`);
}

function announce() {
  if (!moments.length) return;
  const count = runs.map((run, i) => `${run.clusters[moments[i].frame]} clusters${run.label ? ` for ${run.label}` : ""}`);
  $("said").textContent = `${runs[0].n} tokens in ${count.join(" and ")} at time ${timeText(time())}.`;
}

function fillAbout() {
  $("title").textContent = DOCUMENT.title;
  $("parameters").textContent = DOCUMENT.parameters;
  $("dataset").textContent = `${DOCUMENT.name}, fingerprint ${DOCUMENT.fingerprint}, model version ${DOCUMENT.model_version}`;
  $("command").textContent = DOCUMENT.command;
  $("manifest").textContent = DOCUMENT.manifest;
  const most = Math.max(...DOCUMENT.runs.map(run => run.dimension));
  const sentences = [
    `${DOCUMENT.runs.length} of ${DOCUMENT.recorded} recorded runs. Positions are rounded to a 65536th of a turn and `
      + "move along great circles between saved times; numbers are those of the saved time at or before the moment.",
    `Tokens nearer than ${DOCUMENT.cluster_gap} radians are one cluster, named after its first token, the leader.`,
    "On the circle trails lead inward into the past.",
    ...(most > 3 ? [`Of ${most} dimensions the first three are shown: a token inside the ball points elsewhere.`] : []),
    ...DOCUMENT.notes,
  ];
  $("shown").textContent = sentences.join(" ");
}

// The pointer.

function boxAt(x) { return Math.max(0, boxes.findIndex(box => x < box.x + box.w)); }

/** The token nearest to a place on the scene, within reach. */
function tokenAt(x, y) {
  const panel = boxAt(x), p = places[panel];
  let best = null, least = 14 * 14;
  for (let k = 0; p && k < runs[panel].n; k++) {
    if (p[3 * k + 2] < 0) continue;
    const square = (p[3 * k] - x) ** 2 + (p[3 * k + 1] - y) ** 2;
    if (square < least - 1e-6) { least = square; best = k; }
  }
  return best === null ? null : { panel, token: best };
}

function drawHover(context) {
  const { panel, token } = state.hover, p = places[panel];
  context.strokeStyle = theme.accent;
  context.lineWidth = 2.5;
  context.beginPath();
  context.arc(p[3 * token], p[3 * token + 1], 11, 0, TAU);
  context.stroke();
  const tip = $("tip"), width = $("scene").clientWidth, text = describe(panel, token);
  if (tip.textContent !== text) tip.textContent = text;
  tip.hidden = false;
  const left = p[3 * token] + 16 + tip.offsetWidth > width ? p[3 * token] - 16 - tip.offsetWidth : p[3 * token] + 16;
  Object.assign(tip.style, { left: `${Math.max(0, left)}px`, top: `${Math.max(0, p[3 * token + 1] - 20)}px` });
}

function describe(panel, token) {
  const run = runs[panel], { frame, share } = moments[panel], leader = run.leaders[frame * run.n + token];
  const size = clustersAt(run, frame).find(cluster => cluster.leader === leader).size;
  const kind = run.strong.includes(token) ? ", strong Rényi centre" : run.renyi.includes(token) ? ", Rényi centre" : "";
  const lines = [`token ${token}${kind}`, `cluster of token ${leader}: ${size === 1 ? "alone" : `${size} tokens`}`];
  if (run.circle) {
    const angle = angleAt(run, token, frame, share);
    lines.push(`angle ${(((angle + Math.PI) % TAU + TAU) % TAU - Math.PI).toFixed(4)} rad`);
  } else {
    lines.push(`x = (${pointAt(run, token, frame, share, [0, 0, 0]).map(c => c.toFixed(3)).join(", ")})`);
  }
  return lines.join("\n");
}

function hover(x, y) {
  state.hover = x === null ? null : tokenAt(x, y);
  if (!state.hover) $("tip").hidden = true;
  dirty = true;
}

/** Numbers of four decimals, as the address keeps them. */
function rounded(view) {
  for (const name of Object.keys(view)) view[name] = Number(view[name].toFixed(4));
  dirty = true;
}

function turn(dx, dy) {
  const { view } = state;
  if (runs.every(run => run.circle)) {
    view.x += dx / boxes[0].w;
    view.y += dy / boxes[0].h;
  } else {
    view.az -= dx * 0.4 / view.zoom;
    view.az = ((view.az + 180) % 360 + 360) % 360 - 180;
    view.el = Math.min(90, Math.max(-90, view.el + dy * 0.4 / view.zoom));
  }
  rounded(view);
}

/** Comes closer by a factor; what is at (x, y) of the circle stays there. */
function zoom(factor, x, y) {
  const { view } = state, box = boxes[x === undefined ? 0 : boxAt(x)], next = Math.min(40, Math.max(0.5, view.zoom * factor));
  if (runs.every(run => run.circle) && x !== undefined) {
    const stays = (at, middle, shift, size) => at - (at - middle - shift * size) * next / view.zoom - middle;
    view.x = stays(x, box.x + box.w / 2, view.x, box.w) / box.w;
    view.y = stays(y, box.y + box.h / 2, view.y, box.h) / box.h;
  }
  view.zoom = next;
  rounded(view);
}

function listenToPointer() {
  const scene = $("scene"), down = new Map();
  const at = event => { const { left, top } = scene.getBoundingClientRect(); return [event.clientX - left, event.clientY - top]; };
  const spread = () => { const [a, b] = [...down.values()]; return Math.hypot(a[0] - b[0], a[1] - b[1]); };
  scene.addEventListener("pointerdown", event => {
    down.set(event.pointerId, at(event));
    scene.setPointerCapture(event.pointerId);
    scene.classList.add("dragged");
  });
  scene.addEventListener("pointermove", event => {
    const now = at(event), last = down.get(event.pointerId);
    if (!last) return hover(...now);
    const apart = down.size === 2 ? spread() : 0;
    down.set(event.pointerId, now);
    if (down.size === 1) turn(now[0] - last[0], now[1] - last[1]);
    else if (down.size === 2 && apart > 0) zoom(spread() / apart, ...now);
  });
  const up = event => {
    down.delete(event.pointerId);
    scene.classList.remove("dragged");
    if (event.pointerType !== "mouse" && event.type === "pointerup") hover(...at(event));
  };
  ["pointerup", "pointercancel"].forEach(name => scene.addEventListener(name, up));
  scene.addEventListener("pointerleave", event => { if (event.pointerType === "mouse" && !down.size) hover(null); });
  scene.addEventListener("wheel", event => {
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * 0.0015), ...at(event));
  }, { passive: false });
  const chart = $("chart"), shareAt = event => (event.clientX - chart.getBoundingClientRect().left - layout.x) / layout.w;
  const seek = event => {
    pause();
    goTo(state.from + Math.min(1, Math.max(0, shareAt(event))) * (state.to - state.from));
  };
  chart.addEventListener("pointerdown", event => { chart.setPointerCapture(event.pointerId); seek(event); });
  chart.addEventListener("pointermove", event => { if (chart.hasPointerCapture(event.pointerId)) seek(event); });
  chart.addEventListener("dblclick", () => showPart(0, 1));
  chart.addEventListener("wheel", event => {
    event.preventDefault();
    const along = event.deltaX * (state.to - state.from) / layout.w;
    if (along) showPart(state.from + along, state.to + along);
    zoomTime(Math.exp(-event.deltaY * 0.0015), Math.min(1, Math.max(0, shareAt(event))));
  }, { passive: false });
}
