// node steps.mjs BROWSER MODE STEPS.json: do in a real browser what `tests/web/steps.py` lists, and print what was seen.
// BROWSER chromium or firefox. MODE plain; safer: no WASM and no JIT, as Tor Browser makes Firefox at "Safer"; or blurred:
// it hides what it is, so that canvases cannot be read (privacy.resistFingerprinting, as Tor Browser has it always).
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [browser, mode, file] = process.argv.slice(2);
const web = createRequire(new URL("../../web/package.json", import.meta.url));
const { default: puppeteer } = await import(pathToFileURL(web.resolve("puppeteer-core")));

const EXECUTABLES = { chromium: "/usr/bin/chromium", firefox: "/usr/bin/firefox-esr" };
const QUIET = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const SAFER = Object.fromEntries(
  ["wasm", "baselinejit", "ion", "asmjs", "native_regexp"].map((name) => [`javascript.options.${name}`, false]),
);
const BLURRED = { "privacy.resistFingerprinting": true };
const OFFLINE = { "network.captive-portal-service.enabled": false, "network.connectivity-service.enabled": false };
const HEARD = { "media.navigator.streams.fake": true, "media.navigator.permission.disabled": true }; // a tone for a voice
const TYPED = 60; // characters
const MOST = 60; // screens between two headings
const PATIENCE = 60_000; // milliseconds for one thing to appear: without a JIT a report takes seconds

const launched = await puppeteer.launch({
  browser: browser === "firefox" ? "firefox" : "chrome",
  executablePath: EXECUTABLES[browser],
  headless: true,
  args: browser === "chromium" ? QUIET : [],
  ...(browser === "firefox" && { extraPrefsFirefox: { ...OFFLINE, ...HEARD, ...(mode === "safer" && SAFER), ...(mode === "blurred" && BLURRED) } }),
});
const seen = { read: [], headings: [], said: [], unfocused: [] };
let page;

/** Wait until something is so in the page; `what` is for the error. */
async function until(what, test, ...given) {
  try {
    await page.waitForFunction(test, { timeout: PATIENCE, polling: 20 }, ...given);
  } catch {
    const [heading, status] = await page.evaluate(() => [document.querySelector("h1")?.textContent, document.querySelector("#status")?.textContent]);
    throw new Error(`${what} did not come; the screen says "${heading}" and "${status}"`);
  }
}

/** Return the field that a label names: what a screen reader would say and nothing else. */
async function labelled(name) {
  const found = await page.evaluateHandle((wanted) => {
    const label = [...document.querySelectorAll("main label")].find((one) => one.textContent.trim() === wanted && one.offsetParent);
    return label?.control ?? null;
  }, name);
  const element = found.asElement();
  if (element === null) throw new Error(`nothing is labelled "${name}"`);
  return element;
}

const heading = () => page.evaluate(() => document.querySelector("h1")?.textContent ?? "");

/** Note which screen this is, and whether its heading took the focus. */
async function look() {
  // A busy machine may draw a screen before it moves the focus; a second is more than anybody waits.
  await page.waitForFunction(() => document.activeElement?.tagName === "H1", { timeout: 1000, polling: 20 }).catch(() => undefined);
  const [title, focused] = await page.evaluate(() => [document.querySelector("h1")?.textContent ?? "", document.activeElement?.tagName === "H1"]);
  seen.headings.push(title);
  if (!focused) seen.unfocused.push(title);
}

const STEPS = {
  goto: async (url) => void (await page.goto(url, { waitUntil: "load" })),
  click: async (selector) => {
    await until(selector, (wanted) => document.querySelector(wanted) !== null, selector);
    await (await page.$(selector)).click();
  },
  press: async (name) => {
    const found = await page.evaluateHandle((wanted) => [...document.querySelectorAll("button")].find((one) => one.textContent.trim() === wanted) ?? null, name);
    await found.asElement().click();
  },
  at: async (title) => {
    await until(title, (wanted) => document.querySelector("h1")?.textContent === wanted, title);
    await look();
  },
  /** Go on, whatever is asked on the way, until the screen of this title: new questions can all be passed over. */
  until: async (title) => {
    for (let passed = 0; (await heading()) !== title; passed++) {
      if (passed === MOST) throw new Error(`"${title}" is not on the way`);
      const before = await heading();
      await STEPS.click("#next");
      await until(`what follows "${before}"`, (was) => document.querySelector("h1")?.textContent !== was, before);
      await look();
    }
  },
  tick: async (name) => {
    const box = await labelled(name);
    await box.focus();
    await page.keyboard.press(" "); // as who has no mouse does
    if (!(await box.evaluate((one) => one.checked))) throw new Error(`"${name}" cannot be ticked`);
  },
  choose: async (name, value) => void (await (await labelled(name)).select(value)),
  /** Choose files, and wait until all were looked at. */
  files: async (...paths) => {
    await (await page.$('input[type="file"]')).uploadFile(...paths);
    const all = (count) => document.querySelectorAll("section.card[data-done]").length === count;
    await until("the files", all, paths.length);
  },
  /** Short things key by key; a story at once, as if pasted. */
  write: async (name, text) => {
    await (await labelled(name)).focus();
    if (text.length <= TYPED) await page.keyboard.type(text);
    else await page.evaluate((pasted) => document.execCommand("insertText", false, pasted), text);
  },
  /** Let time pass, where time is what is made. */
  speak: async (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
  wait: async (selector) => until(selector, (wanted) => document.querySelector(wanted) !== null, selector),
  read: async (selector) => void seen.read.push(...(await page.$$eval(selector, (all) => all.map((one) => one.textContent.trim())))),
  /** Write down again what was read, where the screen asks for it. */
  recall: async (labels) => {
    const shown = new Set(await page.$$eval("main label", (all) => all.map((one) => one.textContent.trim())));
    for (const [place, name] of labels.entries()) if (shown.has(name)) await STEPS.write(name, seen.read[place]);
  },
  look: async () => {
    const kept = () => ({ text: document.body.innerText, cookie: document.cookie, local: localStorage.length, session: sessionStorage.length });
    Object.assign(seen, await page.evaluate(kept), { url: page.url() });
  },
  language: async () => {
    seen.root = await page.evaluate(() => ({ lang: document.documentElement.lang, dir: document.documentElement.dir, wasm: typeof WebAssembly }));
  },
};

try {
  page = await launched.newPage();
  page.on("console", (message) => message.type() === "error" && seen.said.push(message.text()));
  page.on("pageerror", (error) => seen.said.push(String(error)));
  for (const [name, ...given] of JSON.parse(readFileSync(file, "utf8"))) await STEPS[name](...given);
  console.log(JSON.stringify({ ...seen, version: await launched.version() }));
} finally {
  await launched.close();
}
