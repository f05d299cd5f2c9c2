// node run_browser.mjs BROWSER MODE BUNDLE VECTORS_FOLDER TASKS.json: the same in a real browser, under the page's own CSP.
// BROWSER chromium or firefox. MODE plain; hidden (newer algorithms of WebCrypto taken away); safer (no WASM, no JIT).
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [browser, mode, bundle, vectors, tasks] = process.argv.slice(2);
const web = createRequire(new URL("../../web/package.json", import.meta.url));
const { default: puppeteer } = await import(pathToFileURL(web.resolve("puppeteer-core")));

const EXECUTABLES = { chromium: "/usr/bin/chromium", firefox: "/usr/bin/firefox-esr" };
const QUIET = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const SAFER = Object.fromEntries(
  ["wasm", "baselinejit", "ion", "asmjs", "native_regexp"].map((name) => [`javascript.options.${name}`, false]),
);
const OFFLINE = { "network.captive-portal-service.enabled": false, "network.connectivity-service.enabled": false };
const CSP = "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

// Without `supports`, a page must take its own X-Wing; anything newer than what Firefox has throws, as it does there.
const HIDE = `delete SubtleCrypto.supports;
for (const name of ["importKey", "generateKey", "encapsulateBits", "decapsulateBits", "encapsulateKey", "decapsulateKey"]) {
  const real = SubtleCrypto.prototype[name];
  if (real) SubtleCrypto.prototype[name] = function (...given) {
    const asked = given.map((one) => (typeof one === "string" ? one : (one?.name ?? ""))).join();
    if (/ML-|MLKEM|SHA3|Argon/i.test(asked)) throw new DOMException("taken away", "NotSupportedError");
    return real.apply(this, given);
  };
}`;
const MAIN = `import { exchange, replay } from "/protocol.mjs";
globalThis.work = async (files) => {
  const get = async (path) => (await fetch(path)).json();
  const loaded = {};
  const load = async (file) => (loaded[file] ??= (await get("/vectors/" + file)).vectors);
  for (const file of files) await load(file);
  const native = globalThis.SubtleCrypto?.supports?.("encapsulateBits", "MLKEM768-X25519") === true;
  const started = performance.now();
  const replayed = await replay(files, load);
  const ms = Math.round(performance.now() - started);
  return JSON.stringify({ replayed, ms, wasm: typeof WebAssembly, native, ...(await exchange(await get("/tasks"))) });
};`;

const FILE = /^\/vectors\/((?:returning\/)?[a-z-]+)$/;
const requests = [];
const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://127.0.0.1");
  requests.push(pathname);
  const script = (text) => ["text/javascript", text];
  const [type, body] =
    {
      "/": () => ["text/html", `<!doctype html><meta charset=utf-8><title>t</title>${mode === "hidden" ? "<script src=/hide.js></script>" : ""}<script type=module src=/main.mjs></script>`],
      "/hide.js": () => script(HIDE),
      "/main.mjs": () => script(MAIN),
      "/protocol.mjs": () => script(readFileSync(bundle)),
      "/tasks": () => ["application/json", readFileSync(tasks)],
    }[pathname]?.() ?? (pathname.startsWith("/vectors/") ? ["application/json", readFileSync(join(vectors, `${FILE.exec(pathname)[1]}.json`))] : ["text/plain", ""]);
  response.writeHead(200, { "content-type": type, "content-security-policy": CSP });
  response.end(body);
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const files = readdirSync(vectors, { recursive: true }).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));
const launched = await puppeteer.launch({
  browser: browser === "firefox" ? "firefox" : "chrome",
  executablePath: EXECUTABLES[browser],
  headless: true,
  args: browser === "chromium" ? QUIET : [],
  protocolTimeout: 280_000, // four browsers share two cores with whatever else is tested
  ...(browser === "firefox" && { extraPrefsFirefox: { ...OFFLINE, ...(mode === "safer" && SAFER) } }),
});
try {
  const page = await launched.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.goto(`http://127.0.0.1:${server.address().port}/`, { waitUntil: "load" });
  const found = JSON.parse(await page.evaluate((names) => globalThis.work(names), files));
  console.log(JSON.stringify({ ...found, said, version: await launched.version() }));
} finally {
  await launched.close();
  server.close();
}
