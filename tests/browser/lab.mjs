// What the checks of all pages share: a browser, the tables beside a page, and a runner that counts what fails.
//
// Usage of a check: node NAME.mjs CHROMIUM FOLDER, where FOLDER has what .ci/browser-test makes in it. Screenshots go to
// FOLDER/screenshots.
import assert from "node:assert/strict";
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [chromiumPath, given] = process.argv.slice(2);
export const folder = given;
const { chromium } = createRequire(join(resolve(process.env.TOKENPARK_NODE ?? "."), "x.js"))("playwright-core");
export const shots = join(folder, "screenshots");
mkdirSync(shots, { recursive: true });
export const DESKTOP = { width: 1280, height: 800 }, PHONE = { width: 390, height: 844 };
export const address = path => pathToFileURL(resolve(folder, path)).href;
export const shot = (page, name, fullPage = false) => page.screenshot({ path: join(shots, `${name}.png`), fullPage });

/** Rows of a CSV table as objects. */
export function table(name, of) {
  const [header, ...lines] = readFileSync(join(folder, "reports", name, of), "utf8").trim().split("\n");
  // Fields with commas are quoted.
  const split = line => [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map(([, field, inner]) => inner ?? field);
  const keys = split(header);
  return lines.map(line => Object.fromEntries(split(line).map((field, i) => [keys[i], field]).filter(([key]) => key)));
}

export const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
export const troubles = [];

/** Opens a page and takes note of whatever it complains about, or asks for without permission. */
export async function visit(url, may, { viewport = DESKTOP, ...context } = {}) {
  const page = await (await browser.newContext({ viewport, ...context })).newPage();
  page.on("console", message => troubles.push(`${url}: ${message.type()}: ${message.text()}`));
  page.on("pageerror", error => troubles.push(`${url}: ${error.stack}`));
  page.on("request", request => { if (!may(request.url())) troubles.push(`${url} asks for ${request.url()}`); });
  await page.goto(url);
  return page;
}

/** Runs all tests, says how each went, and ends the process. */
export async function run(tests) {
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    const before = troubles.length;
    try {
      await test();
      assert.deepEqual(troubles.slice(before), [], "messages or requests");
      console.log(`ok      ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAILED  ${name}\n${error.stack}`);
    }
    for (const context of browser.contexts()) await context.close();
  }
  await browser.close();
  console.log(`${Object.keys(tests).length - failed} of ${Object.keys(tests).length} hold; screenshots in ${shots}`);
  process.exit(failed ? 1 : 0);
}
