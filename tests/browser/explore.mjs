// The explorer in a real browser: no errors, no requests, pictures that change, and the dataset's numbers. The folder has
// reports/NAME made by `tokenpark explore`, `analyze` and `animate` of the manifests here.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { PHONE, address, folder, run, shot, table, visit } from "./lab.mjs";

const file = (name, of = "explore.html") => address(`reports/${name}/${of}`);
/** Opens an explorer, or another file; it may ask for itself alone. */
const open = (url, options) => visit(url, asked => asked.split("#")[0] === url.split("#")[0], options);
const state = page => page.evaluate(() => window.tokenpark.state);
const settled = page => page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
const hash = bytes => createHash("sha256").update(bytes).digest("hex");
const pixels = async (page, id = "scene") => {
  await settled(page);
  return hash(await page.evaluate(of => document.getElementById(of).toDataURL(), id));
};
const readout = (page, term) => page.evaluate(wanted => {
  const found = [...document.querySelectorAll("#readout div")].find(div => div.firstChild.textContent === wanted);
  return found?.lastChild.textContent;
}, term);

const tests = {
  async "the numbers shown are the dataset's"() {
    const page = await open(`${file("circle")}#t=0`), curves = table("circle", "curves.csv");
    assert.equal(curves.length, 121);
    for (const row of curves.filter((_, i) => i % 10 === 0)) {
      const shown = { clusters: [], renyi: [] };
      for (const replica of [0, 1]) {
        await page.evaluate(text => { location.hash = text; }, `replica=${replica}&t=${row.time}`);
        await page.waitForFunction(([t, wanted]) => {
          const { saved, replica } = window.tokenpark.state;
          return Math.abs(saved - t) <= 1e-9 * t && replica === wanted;
        }, [Number(row.time), replica]);
        await settled(page);
        const now = await state(page);
        assert.equal(now.replica, replica);
        assert.deepEqual(now.counted, now.clusters, "clusters counted from leaders");
        shown.clusters.push(Number(await readout(page, "clusters")));
        shown.renyi.push(parseFloat(await readout(page, "consumed, Rényi")));
      }
      const mean = list => (list[0] + list[1]) / 2;
      assert.equal(mean(shown.clusters), Number(row.clusters_mean), `clusters at t = ${row.time}`);
      assert.ok(Math.abs(mean(shown.renyi) - 100 * Number(row.consumed_renyi_ever_mean)) <= 0.0501, `share at t = ${row.time}`);
    }
    const replicas = await page.locator("#replica option").count();
    assert.equal(replicas, Number(curves[0].runs));
  },

  async "a token under the pointer tells its place"() {
    const page = await open(`${file("circle")}#t=0`), rows = table("circle", "positions.csv").filter(row => Number(row.time) === 0);
    const { places } = await state(page), box = await page.locator("#scene").boundingBox(), pointed = new Set();
    for (let token = 0; token < 60; token++) {
      const [x, y] = places[0].slice(3 * token, 3 * token + 2);
      await page.mouse.move(box.x + x, box.y + y);
      await settled(page);
      const text = await page.locator("#tip").textContent();
      const hit = Number(text.match(/^token (\d+)/)[1]), angle = Number(text.match(/angle (-?[\d.]+)/)[1]);
      pointed.add(hit);
      const row = rows.find(row => Number(row.token) === hit), real = Math.atan2(Number(row.x1), Number(row.x0));
      assert.ok(Math.abs(Math.sin((angle - real) / 2)) < 1e-4, `${text} against ${real}`);
    }
    assert.ok(pointed.size > 50, "nearly all tokens can be pointed at");
    await shot(page, "hover");
    await page.mouse.move(5, 5);
    await settled(page);
    assert.ok(await page.locator("#tip").isHidden());
  },

  async "the charts show less time and all of it again"() {
    const page = await open(`${file("circle")}#t=1`), all = await state(page), box = await page.locator("#chart").boundingBox();
    const still = await pixels(page, "chart");
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.wheel(0, -800);
    await page.waitForFunction(to => window.tokenpark.state.to < to, all.to);
    const some = await state(page);
    assert.ok(some.from > all.from && some.to < all.to && some.from < some.to, `${some.from} to ${some.to}`);
    assert.notEqual(await pixels(page, "chart"), still);
    await page.waitForFunction(() => location.hash.includes("from="));
    const again = await state(await open(page.url()));
    assert.ok(Math.abs(again.from / some.from - 1) < 1e-6 && Math.abs(again.to / some.to - 1) < 1e-6, "the address keeps them");
    await page.keyboard.press("End");
    assert.ok(Math.abs((await state(page)).to / all.to - 1) < 1e-6, "the charts follow the time");
    await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2);
    const whole = await state(page);
    assert.deepEqual([whole.from, whole.to], [all.from, all.to]);
    await page.keyboard.press("i");
    assert.ok((await state(page)).to < all.to || (await state(page)).from > all.from);
    await page.keyboard.press("0");
    assert.equal((await state(page)).to, all.to);
  },
  async "slider and chart move time and the picture"() {
    const page = await open(`${file("circle")}#t=0`);
    const seen = [await pixels(page)];
    for (const value of [2000, 5000, 10000]) {
      await page.locator("#slider").fill(String(value));
      seen.push(await pixels(page));
    }
    assert.equal(new Set(seen).size, 4, "four pictures");
    assert.ok(Math.abs((await state(page)).time / 1e12 - 1) < 1e-9);
    const box = await page.locator("#chart").boundingBox(), before = await pixels(page, "chart");
    await page.mouse.click(box.x + box.width * 0.4, box.y + box.height * 0.7);
    assert.notEqual(await pixels(page, "chart"), before);
    const { time } = await state(page);
    assert.ok(time > 10 && time < 1e7, `${time}`);
    await page.mouse.move(box.x + box.width * 0.4, box.y + box.height * 0.7);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.7);
    await page.mouse.up();
    assert.ok((await state(page)).time > 100 * time);
    await shot(page, "circle");
  },

  async "it plays, pauses and ends"() {
    const page = await open(`${file("circle")}#t=0`);
    await page.locator("#play").click();
    await page.waitForFunction(() => window.tokenpark.state.time > 0 && window.tokenpark.state.painted > 5);
    assert.equal(await page.locator("#play-word").textContent(), "Pause");
    await page.locator("h1").click();
    await page.keyboard.press("Space");
    const { time, playing } = await state(page);
    assert.equal(playing, false);
    await settled(page);
    assert.equal((await state(page)).time, time);
    await page.evaluate(() => { location.hash = "t=9e11&speed=4"; });
    await page.waitForFunction(() => window.tokenpark.state.speed === 4);
    await page.keyboard.press("Space");
    await page.waitForFunction(() => !window.tokenpark.state.playing && window.tokenpark.state.frame === 120);
  },

  async "the sphere turns and comes closer"() {
    const page = await open(`${file("sphere")}#t=3&beside=`);
    const box = await page.locator("#scene").boundingBox(), [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const before = await pixels(page), { view } = await state(page);
    await shot(page, "sphere");
    let turned = before;
    for (const [dx, dy] of [[120, 0], [0, 40]]) {
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x + dx, y + dy, { steps: 4 });
      await page.mouse.up();
      await page.mouse.move(2, 2);
      const now = await pixels(page);
      assert.notEqual(now, turned, `dragged by ${dx}, ${dy}`);
      turned = now;
    }
    const after = (await state(page)).view;
    assert.ok(Math.abs(after.az - view.az) > 20 && Math.abs(after.el - view.el) > 5, JSON.stringify(after));
    await page.mouse.move(x, y);
    await page.mouse.wheel(0, -400);
    await page.waitForFunction(() => window.tokenpark.state.view.zoom > 1.2);
    assert.notEqual(await pixels(page), turned);
    await page.keyboard.press("r");
    await page.mouse.move(2, 2);
    assert.equal(await pixels(page), before, "reset brings the first picture back");
  },

  async "masks stand beside each other from the same start"() {
    const page = await open(`${file("masks")}#beside=1&t=4`), curves = table("masks", "curves.csv");
    await settled(page);
    const now = await state(page);
    assert.equal(now.beside, 1);
    assert.equal(now.clusters.length, 2);
    for (const point of [0, 1]) {
      const row = curves.filter(row => Number(row.point) === point && Number(row.time) <= now.saved * (1 + 1e-9)).at(-1);
      assert.equal(now.clusters[point], Number(row.clusters_mean), row.mask);
    }
    assert.notEqual(now.clusters[0], now.clusters[1], "the masks differ at this time");
    assert.match(await page.locator("#key").textContent(), /same start/);
    await shot(page, "masks");
    await page.locator("#beside").selectOption("");
    assert.equal((await state(page)).beside, null);
    // Without an address the masks are beside each other at once.
    const fresh = await open(file("masks"), { reducedMotion: "reduce" });
    assert.equal((await state(fresh)).beside, 1);
  },

  async "keys"() {
    const page = await open(`${file("circle")}#t=10`), press = async key => { await page.keyboard.press(key); await settled(page); return state(page); };
    const { frame } = await state(page);
    assert.equal((await press("ArrowRight")).frame, frame + 1);
    assert.equal((await press("Shift+ArrowRight")).frame, frame + 11);
    assert.equal((await press("ArrowLeft")).frame, frame + 10);
    assert.equal((await press("End")).frame, 120);
    assert.equal((await press("Home")).time, 0);
    assert.equal((await press("n")).replica, 1);
    assert.equal((await press("p")).replica, 0);
    for (const [key, name] of [["t", "trails"], ["c", "centers"], ["l", "labels"]]) {
      await press("Shift+ArrowRight");
      const before = await pixels(page);
      assert.equal((await press(key))[name], false);
      if (name !== "labels") assert.notEqual(await pixels(page), before, name);
      assert.equal((await press(key))[name], true);
      assert.equal(await pixels(page), before, name);
    }
    assert.ok((await press("+")).view.zoom > 1);
    assert.equal((await press("r")).view.zoom, 1);
    assert.equal((await press("]")).speed, 2);
    await press("?");
    assert.ok(await page.locator("#help").isVisible());
    await shot(page, "help");
    await press("Escape");
    assert.ok(await page.locator("#help").isHidden());
    // Everything can be reached by Tab and shows where it is.
    await page.locator("#scene").focus();
    const reached = [];
    for (let i = 0; i < 16; i++) {
      await page.keyboard.press("Tab");
      reached.push(await page.evaluate(() => {
        const here = document.activeElement, outline = getComputedStyle(here).outlineStyle;
        return here === document.body ? null : `${here.id || here.tagName.toLowerCase()} ${outline === "none" ? "without a ring" : "ringed"}`;
      }));
    }
    for (const id of ["slider", "play", "speed", "replica", "trails", "help-button", "summary"]) assert.ok(reached.includes(`${id} ringed`), `${id}: ${reached}`);
  },

  async "the address keeps what is seen"() {
    const page = await open(`${file("sphere")}#t=3&beside=&trails=0`);
    await page.locator("#scene").focus();
    for (const key of ["d", "d", "s", "+", "c", "ArrowRight"]) await page.keyboard.press(key);
    await page.locator("#point").selectOption("1");
    await page.waitForFunction(() => location.hash.includes("point=1") && location.hash.includes("zoom=1.25") && location.hash.includes("az="));
    await page.waitForTimeout(300);
    const [was, picture] = [await state(page), await pixels(page)];
    const other = await open(page.url()), is = await state(other);
    for (const name of ["point", "replica", "frame", "trails", "centers"]) assert.equal(is[name], was[name], name);
    assert.deepEqual(is.view, was.view);
    assert.equal(await pixels(other), picture);
  },

  async "controls have names and the page explains itself"() {
    const page = await open(`${file("circle")}#t=0`);
    const nameless = await page.evaluate(() => [...document.querySelectorAll("button, select, input, canvas")].filter(element =>
      !(element.getAttribute("aria-label") || element.getAttribute("aria-describedby") || element.textContent.trim()
        || element.closest("label")?.textContent.trim() || element.getAttribute("aria-hidden"))).map(element => element.outerHTML));
    assert.deepEqual(nameless, []);
    assert.equal(await page.title(), "Tokens on the circle, followed <far> & long");
    await page.locator("summary").click();
    assert.match(await page.locator("#command").textContent(), /^tokenpark run \S*circle.toml\ntokenpark explore /);
    assert.match(await page.locator("#manifest").textContent(), /beta = 36.0/);
    assert.match(await page.locator("#dataset").textContent(), /fingerprint [0-9a-f]{16}/);
    await page.locator("#about").scrollIntoViewIfNeeded();
    await shot(page, "about", true);
    const plain = await open(`${file("circle")}#t=0`, { javaScriptEnabled: false });
    assert.ok(await plain.locator("noscript").isVisible());
  },

  async "a phone, the dark and little motion"() {
    for (const name of ["circle", "sphere", "masks"]) {
      const page = await open(`${file(name)}#t=8${name === "masks" ? "&beside=1" : ""}`, { viewport: PHONE, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
      await settled(page);
      const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(wide[0] <= wide[1], `${name}: ${wide}`);
      const play = await page.locator("#play").boundingBox();
      assert.ok(play.y + play.height <= PHONE.height, `${name}: Play is at ${play.y}`);
      await shot(page, `phone-${name}`, true);
      await page.locator("#forward").tap();
      assert.ok((await state(page)).frame > 0);
    }
    const colour = page => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await open(`${file("circle")}#t=30`, { colorScheme: "dark" }), light = await open(`${file("circle")}#t=30`);
    assert.notEqual(await colour(dark), await colour(light));
    assert.notEqual(await pixels(dark), await pixels(light));
    await shot(dark, "circle-dark");
    const sphere = await open(`${file("sphere")}#t=8&beside=1`, { colorScheme: "dark" });
    await settled(sphere);
    await shot(sphere, "spheres-dark");
    const calm = await open(file("circle"), { reducedMotion: "reduce" });
    await settled(calm);
    assert.deepEqual([(await state(calm)).playing, (await state(calm)).trails], [false, false]);
    const lively = await open(file("circle"), { reducedMotion: "no-preference" });
    assert.equal((await state(lively)).playing, true);
  },

  async "files are small and frames come quickly"() {
    for (const [name, most] of [["circle", 1e6], ["many", 2e6]]) {
      const size = statSync(join(folder, "reports", name, "explore.html")).size;
      assert.ok(size < most, `${name}: ${size} bytes`);
      const page = await open(`${file(name)}#t=1`);
      const rate = await page.evaluate(async () => {
        document.getElementById("play").click();
        const begin = performance.now(), painted = window.tokenpark.state.painted;
        await new Promise(done => {
          const again = () => (performance.now() - begin < 3000 ? requestAnimationFrame(again) : done());
          requestAnimationFrame(again);
        });
        return (window.tokenpark.state.painted - painted) / (performance.now() - begin) * 1000;
      });
      console.log(`    ${name}: ${(size / 1e3).toFixed(0)} kB, ${rate.toFixed(0)} frames a second without a graphics card`);
      // A busy machine that draws in software is slow; what stands still is broken.
      assert.ok(rate > 1, `${name}: ${rate} frames a second`);
      await shot(page, `playing-${name}`);
    }
  },

  async "moving pictures move"() {
    for (const of of ["circle/animation.apng", "circle/animation.svg", "sphere/animation.apng", "sphere/animation.svg"]) {
      const [name, form] = of.split("/"), size = statSync(join(folder, "reports", of)).size;
      assert.ok(size < 3e6, `${of}: ${size} bytes`);
      const page = await open(file(name, form), { viewport: { width: 820, height: 540 } });
      await page.waitForTimeout(1500);
      const first = await shot(page, `${name}-${form.replace(".", "-")}`);
      await page.waitForTimeout(1500);
      assert.notEqual(hash(await page.screenshot()), hash(first), of);
      console.log(`    ${of}: ${(size / 1e3).toFixed(0)} kB`);
    }
  },
};

await run(tests);
