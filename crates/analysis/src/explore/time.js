"use strict";
// Time on the slider: 0 at the left end, then the logarithm.

/** The part of the slider before the first positive time. */
const BEGIN = 0.04;

/** The scale of a list of saved times. */
function scaleOf(times) {
  const first = times.find(t => t > 0) ?? 1, last = Math.max(times[times.length - 1], first);
  const begin = times[0] > 0 || times.length < 2 ? 0 : BEGIN, decades = Math.log10(last / first);
  return {
    first, last, begin, decades,
    place: t => t <= 0 ? 0 : t < first ? begin * t / first
      : decades > 0 ? begin + (1 - begin) * Math.min(1, Math.log10(t / first) / decades) : begin,
    time: s => s < begin ? first * s / begin : Math.min(last, first * 10 ** (decades * (s - begin) / (1 - begin))),
  };
}

/** The part of a scale from one of its places to another, as a scale of its own. */
function partOf(scale, from, to) {
  return {
    ...scale, part: to - from,
    place: t => (scale.place(t) - from) / (to - from),
    time: s => scale.time(from + s * (to - from)),
  };
}

/** The saved time at or before `t`, and how far on to the next one (in the logarithm). */
function momentOf(times, t) {
  let low = 0, high = times.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] <= t * (1 + 1e-12)) low = middle; else high = middle;
  }
  const from = times[low], to = times[low + 1];
  let share = 0;
  if (to !== undefined && t > from) share = from > 0 ? Math.log(t / from) / Math.log(to / from) : t / to;
  return { frame: low, share: share < 1e-9 ? 0 : Math.min(share, 1) };
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";
function raised(number) {
  return String(number).replace(/-/, "⁻").replace(/\d/g, digit => RAISED[digit]);
}

/** A time in words: 0, 0.25, 12.6, 3.16 × 10¹². */
function timeText(t) {
  if (t === 0) return "0";
  if (t >= 0.01 && t < 99999.5) return String(Number(t.toPrecision(4)));
  let exponent = Math.floor(Math.log10(t)), mantissa = t / 10 ** exponent;
  if (mantissa >= 9.995) { mantissa = 1; exponent += 1; }
  const head = mantissa.toFixed(2).replace(/\.?0+$/, "");
  return head === "1" ? `10${raised(exponent)}` : `${head} × 10${raised(exponent)}`;
}

/** Powers of ten on a scale, labelled at least `apart` (a share of the slider) from each other. */
function ticksOf(scale, apart) {
  const zero = scale.place(0), decade = (1 - scale.begin) / Math.max(scale.decades, 1e-9) / (scale.part ?? 1);
  const ticks = scale.begin > 0 || scale.decades === 0 ? [{ place: zero, label: "0", strong: true }] : [];
  const steps = [1, 2, 3, 5, 10, 20, 50, 100], every = steps.find(step => step * decade >= apart) ?? 100;
  for (let e = Math.ceil(Math.log10(scale.first) - 1e-9); e <= Math.log10(scale.last) + 1e-9; e++) {
    const place = scale.place(10 ** e), labelled = e % every === 0 && place - zero >= 0.6 * apart;
    const label = e >= -2 && e <= 3 && every === 1 ? String(Number((10 ** e).toPrecision(3))) : e === 0 ? "1" : `10${raised(e)}`;
    ticks.push({ place, label: labelled ? label : "", strong: labelled });
    // Between powers of ten that are far apart.
    for (const m of decade > 4 * apart ? [2, 5] : []) {
      if (m * 10 ** e < scale.last) ticks.push({ place: scale.place(m * 10 ** e), label: timeText(m * 10 ** e), strong: false });
    }
  }
  const seen = ticks.filter(tick => tick.place > -1e-9 && tick.place < 1 + 1e-9);
  if (seen.filter(tick => tick.label).length > 1) return seen;
  return [0.1, 0.5, 0.9].map(place => ({ place, label: timeText(scale.time(place)), strong: true }));
}
