// The report in a real browser: nothing from elsewhere, every figure there, legible, operable and printable, and its
// badges and numbers those of the program. The folder has reports/ with what was made of circle.toml, sphere.toml,
// masks.toml, a stale and a missing manifest, and all/ with the experiments and reports of the repository.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DESKTOP, address, folder, run, shot, shots, table, visit } from "./lab.mjs";

const SMALL = address("reports/index.html"), ALL = address("all/reports/index.html");
const PHONE = { width: 360, height: 740 };
const local = url => url.startsWith("file:") || url.startsWith("data:");
const open = (url, options) => visit(url, local, options);
const text = (page, selector) => page.locator(selector).first().textContent();

/** Every picture, loaded; lazy ones as well. */
const pictures = page => page.evaluate(async () => {
  const images = [...document.images];
  for (const image of images) image.loading = "eager";
  await Promise.all(images.map(image => image.decode().catch(() => {})));
  return images.map(({ alt, naturalWidth, naturalHeight, width, height, src }) => ({ alt, naturalWidth, naturalHeight, width, height, src }));
});

/** The contrast of every piece of text with what is behind it, worst first, by the formula of WCAG 2. */
const contrasts = page => page.evaluate(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = colour => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return canvas.getImageData(0, 0, 1, 1).data;
  };
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let here = element; here; here = here.parentElement) {
      const colour = rgba(getComputedStyle(here).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255];
  };
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.matches("script, style, .hidden")) continue;
    const [a, b] = [light(rgba(getComputedStyle(element).color)), light(behind(element))];
    found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), element.outerHTML.slice(0, 80)]);
  }
  return found.sort((a, b) => a[0] - b[0]);
});

await run({
  async "it opens quickly and shows every figure of the repository"() {
    const times = [];
    for (let i = 0; i < 3; i++) {
      const begin = performance.now();
      const page = await open(ALL);
      times.push(performance.now() - begin);
      await page.context().close();
    }
    const page = await open(ALL), images = await pictures(page);
    const size = readFileSync(join(folder, "all/reports/index.html")).length;
    console.log(`    ${images.length} figures, ${(size / 1e3).toFixed(0)} kB, open in ${Math.min(...times).toFixed(0)} ms (tab included)`);
    assert.ok(Math.min(...times) < 5000, `${times}`);
    const files = readdirSync(join(folder, "all/reports"), { recursive: true }).filter(name => name.endsWith(".svg") && !name.includes("animation"));
    assert.ok(images.length > 50);
    assert.deepEqual(images.map(image => decodeURIComponent(image.src).split("/reports/")[1]).sort(), files.sort());
    for (const image of images) {
      assert.ok(image.naturalWidth > 100 && image.naturalHeight > 100, JSON.stringify(image));
      assert.ok(image.alt.length > 60 && !image.alt.includes(".svg"), image.alt);
      // The place that was kept is the place that is taken.
      assert.ok(Math.abs(image.width / image.height / (image.naturalWidth / image.naturalHeight) - 1) < 0.01, image.src);
    }
    await page.evaluate(() => scrollTo(0, 0));
    await shot(page, "report");
    for (const place of ["consumption", "lifetimes-beta", "section-claims", "section-benchmarks", "section-environment"]) {
      await page.evaluate(of => document.getElementById(of).scrollIntoView({ behavior: "instant" }), place);
      await page.waitForTimeout(200);
      await shot(page, `report-${place}`);
    }
  },

  async "badges are what the program says"() {
    const page = await open(SMALL), badge = name => text(page, `#${name} .badge`);
    assert.deepEqual([await badge("circle"), await badge("stale"), await badge("missing")], ["fresh", "stale", "missing"]);
    assert.match(await text(page, "#stale .why"), /Changed since: model\.beta = 49\.0, was 36\.0\./);
    const contents = await page.locator("nav ol ol li").evaluateAll(items => items.map(item => [item.firstChild.hash.slice(1), item.lastElementChild.textContent]));
    const sections = await page.locator(".experiment").evaluateAll(items => items.map(item => [item.id, item.querySelector(".badge").textContent]));
    assert.deepEqual(contents, sections);
    // The committed reports against the lock of their experiments; what is not locked says so.
    const all = await open(ALL), lock = readFileSync(join(folder, "all/experiments/experiments.lock"), "utf8");
    const locked = new Map([...lock.matchAll(/\[experiments\.([a-z0-9-]+)\]\n(?:[^\[]*\n)?fingerprint = "([0-9a-f]+)"/g)].map(found => found.slice(1)));
    assert.ok(locked.size > 10);
    for (const id of await all.locator(".experiment").evaluateAll(sections => sections.map(section => section.id))) {
      const badge = await text(all, `#${id} .badge`), provenance = await text(all, `#${id} .provenance`);
      if (!locked.has(id)) assert.ok(badge === "missing" || provenance.includes("not in experiments.lock"), id);
      else assert.ok(badge === "fresh" && provenance.startsWith(`Fingerprint ${locked.get(id)}; model version`), `${id}: ${provenance}`);
    }
  },

  async "numbers are those of the tables"() {
    const page = await open(SMALL);
    const rows = table("circle", "curves.csv").slice(0, 8);
    const shown = await page.evaluate(() => {
      const found = document.querySelector("#circle table[data-csv='curves.csv']"), names = [...found.tHead.rows[0].cells].map(cell => cell.textContent);
      return [...found.tBodies[0].rows].map(row => Object.fromEntries([...row.cells].map((cell, i) => [names[i], cell.textContent])));
    });
    assert.deepEqual(shown, rows);
    const claims = JSON.parse(readFileSync(join(folder, "reports/claims.json"), "utf8")).claims;
    for (const claim of claims) {
      const cells = await page.locator(`#claim-${claim.id} > td`).allTextContents();
      assert.deepEqual(cells, [claim.verdict, claim.expected, claim.agree, claim.disagree, claim.undecided, claim.runs].map(value => value.toLocaleString("en-US")));
    }
  },

  async "every link leads somewhere"() {
    for (const url of [SMALL, ALL]) {
      const page = await open(url), base = new URL(".", url);
      const links = await page.locator("a").evaluateAll(all => all.map(link => link.getAttribute("href")));
      assert.ok(links.length > 50);
      for (const link of new Set(links)) {
        if (link.startsWith("#")) assert.ok(await page.evaluate(id => document.getElementById(id) !== null, decodeURIComponent(link.slice(1))), link);
        else readFileSync(new URL(link.split("#")[0], base));
      }
    }
  },

  async "a phone needs no horizontal scrolling"() {
    const page = await open(ALL, { viewport: PHONE, hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
    await page.evaluate(() => document.querySelectorAll("details").forEach(details => { details.open = true; }));
    await pictures(page);
    const wide = await page.evaluate(() => {
      const out = [...document.querySelectorAll("body *")].filter(element => element.getBoundingClientRect().right > innerWidth + 1
        && !element.closest(".scroll, pre, .hidden, .skip"));
      return { page: document.documentElement.scrollWidth, screen: innerWidth, out: out.slice(0, 5).map(element => element.outerHTML.slice(0, 90)) };
    });
    assert.deepEqual(wide, { page: 360, screen: 360, out: [] });
    await page.reload();
    await shot(page, "report-phone");
    for (const place of ["consumption", "section-claims"]) {
      await page.evaluate(of => document.getElementById(of).scrollIntoView({ behavior: "instant" }), place);
      await page.waitForTimeout(200);
      await shot(page, `report-phone-${place}`);
    }
  },

  async "text has contrast in light and dark"() {
    for (const colorScheme of ["light", "dark"]) {
      const page = await open(SMALL, { colorScheme });
      await page.evaluate(() => document.querySelectorAll("details").forEach(details => { details.open = true; }));
      const [worst] = await contrasts(page);
      console.log(`    ${colorScheme}: ${worst[0].toFixed(2)} at the least`);
      assert.ok(worst[0] >= 4.5, `${colorScheme}: ${worst}`);
      const card = await page.evaluate(() => getComputedStyle(document.querySelector(".card")).backgroundColor);
      assert.equal(card, "rgb(255, 255, 255)");
    }
    const page = await open(ALL, { colorScheme: "dark" }), colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await colour();
    await page.evaluate(() => document.getElementById("phase-diagram").scrollIntoView({ behavior: "instant" }));
    await page.waitForTimeout(300);
    await shot(page, "report-dark");
    await page.locator("#theme").click();
    assert.notEqual(await colour(), dark);
    assert.equal(await text(page, "#theme"), "Dark");
  },

  async "the keyboard reaches everything"() {
    const page = await open(SMALL), here = () => page.evaluate(() => {
      const element = document.activeElement, style = getComputedStyle(element);
      return { what: element.id || element.hash || element.className || element.tagName, ring: style.outlineStyle !== "none", top: element.getBoundingClientRect().top };
    });
    await page.keyboard.press("Tab");
    assert.deepEqual((({ what, ring }) => ({ what, ring }))(await here()), { what: "#main", ring: true });
    assert.ok((await here()).top >= 0, "the skip link is seen");
    await page.keyboard.press("Enter");
    assert.equal((await here()).what, "main");
    await page.reload();
    const reached = [];
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press("Tab");
      reached.push(await here());
    }
    const names = reached.map(({ what }) => what);
    for (const wanted of ["find", "theme", "#section-figures", "#circle", "#stale", "#section-claims"]) assert.ok(names.includes(wanted), `${wanted}: ${names}`);
    assert.ok(reached.every(({ ring }) => ring), JSON.stringify(reached));
    await page.locator("nav a[href='#section-claims']").focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => Math.abs(document.getElementById("section-claims").getBoundingClientRect().top) < innerHeight);
    const details = page.locator("#circle .foot details").first();
    await details.locator("summary").focus();
    await page.keyboard.press("Enter");
    assert.equal(await details.evaluate(element => element.open), true);
  },

  async "search and copying"() {
    const page = await open(ALL), count = selector => page.locator(selector).evaluateAll(all => all.filter(element => element.checkVisibility()).length);
    const figures = await count("figure");
    await page.locator("#find").fill("SURVIVAL of clusters");
    const found = await page.locator("figure h4:visible").allTextContents();
    assert.ok(found.length > 2 && found.every(title => title === "Survival of clusters"), `${found}`);
    assert.match(await text(page, "#found"), /^\d+ figures and \d+ claims? found$/);
    await page.locator("#find").fill("renyi");
    assert.ok(await count("figure") > 5, "letters without their marks find those with them");
    await page.locator("#find").fill("");
    const [missing, experiments] = [await count(".experiment .badge.missing"), await count(".experiment")];
    await page.locator("#find").fill("missing");
    assert.equal(await count(".experiment .badge.missing"), missing);
    assert.ok(await count(".experiment") < experiments);
    assert.equal(await count("nav ol ol li"), await count(".experiment"));
    await page.locator("#find").fill("theorem-5-2-printed");
    assert.equal(await count(".claims tbody tr"), 1);
    await page.evaluate(() => { location.hash = "consumption"; });
    await page.waitForFunction(() => document.getElementById("find").value === "");
    assert.equal(await count("figure"), figures);
    const small = await open(SMALL, { permissions: ["clipboard-read", "clipboard-write"] });
    await small.locator("#circle .copy").click();
    await small.waitForFunction(() => document.querySelector("#circle .copy").textContent !== "Copy");
    const said = await text(small, "#circle .copy");
    assert.ok(said === "Copied" || (said === "Selected" && (await small.evaluate(() => getSelection().toString())).startsWith("tokenpark run circle.toml")), said);
  },

  async "headings, landmarks and texts"() {
    const page = await open(ALL);
    const levels = await page.evaluate(() => [...document.querySelectorAll("h1, h2, h3, h4")].map(heading => Number(heading.tagName[1])));
    assert.equal(levels.filter(level => level === 1).length, 1);
    levels.forEach((level, i) => assert.ok(i === 0 || level <= levels[i - 1] + 1, `heading ${i}`));
    for (const landmark of ["header", "nav", "main"]) assert.equal(await page.locator(`body ${landmark}`).count(), 1, landmark);
    const twice = await page.evaluate(() => [...document.querySelectorAll("[id]")].map(element => element.id).filter((id, i, all) => all.indexOf(id) !== i));
    assert.deepEqual(twice, []);
    const nameless = await page.evaluate(() => [...document.querySelectorAll("button, a, input, summary")].filter(element =>
      !(element.getAttribute("aria-label") || element.textContent.trim() || document.querySelector(`label[for="${element.id}"]`))).map(element => element.outerHTML));
    assert.deepEqual(nameless, []);
    const plain = await open(ALL, { javaScriptEnabled: false });
    assert.ok(await plain.locator("#consumption figure").first().isVisible());
    assert.ok(await plain.locator("#tools").isHidden());
  },

  async "it prints"() {
    const page = await open(ALL, { viewport: DESKTOP });
    await pictures(page);
    const pdf = await page.pdf({ format: "A4" });
    writeFileSync(join(shots, "report.pdf"), pdf);
    const pages = pdf.toString("latin1").match(/\/Type \/Page\b(?!s)/g)?.length ?? 0;
    console.log(`    ${pages} pages, ${(pdf.length / 1e6).toFixed(1)} MB`);
    assert.ok(pages > 20 && pages < 120, `${pages} pages`);
    await page.emulateMedia({ media: "print" });
    assert.ok(await page.locator("nav").isHidden());
    assert.ok(await page.locator("#consumption .notes").isVisible());
  },
});
