// The page from its source: `python -m web.page` calls this with the folder to write and the locales that it compiled.
// Names carry no hashes: each part's hash stands in what loads it, up to the document, which `amana verify-page` compares.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build, transform } from "esbuild";

const LISTS = { en: "english", fr: "french", es: "spanish", pt: "portuguese" };
const digest = (data, encoding) => createHash("sha256").update(data).digest(encoding);

/** Where protocol/words.ts imports a list, put the one that the page fetches when a language is chosen. */
const fetchedLists = {
  name: "fetched-lists",
  setup(made) {
    made.onResolve({ filter: /^@scure\/bip39\/wordlists\// }, ({ path }) => ({ path: basename(path, ".js"), namespace: "list" }));
    made.onLoad({ filter: /.*/, namespace: "list" }, ({ path }) => ({
      contents: `import { listed } from "./reporter/wordlists";\nexport const wordlist = listed(${JSON.stringify(path)});`,
      loader: "ts",
      resolveDir: made.initialOptions.absWorkingDir,
    }));
  },
};

export default async function page(common, out, locales) {
  const parts = new Map(); // name: bytes
  const described = JSON.parse(readFileSync(join(locales, "locales.json"), "utf8"));
  for (const { code } of described) parts.set(`locale-${code}.json`, readFileSync(join(locales, `${code}.json`)));
  for (const { code } of described) {
    if (LISTS[code] === undefined) continue;
    const { wordlist } = await import(`@scure/bip39/wordlists/${LISTS[code]}.js`);
    parts.set(`words-${LISTS[code]}.txt`, Buffer.from(`${wordlist.join("\n")}\n`));
  }
  const pins = Object.fromEntries([...parts].map(([name, data]) => [`/page/${name}`, digest(data, "base64")]));
  const script = async (entry, known, more) => {
    const define = { BUILT_PINS: JSON.stringify(pins), BUILT_LOCALES: JSON.stringify(known) };
    const made = await build({ ...common, entryPoints: [entry], define, plugins: [fetchedLists], outdir: "out", write: false, ...more });
    return Buffer.from(made.outputFiles[0].contents);
  };
  parts.set("start.js", await script("reporter/start.ts", described));
  // The later scripts need no words of the first screen: each byte counts on a bad line.
  const known = described.map(({ code, name, direction }) => ({ code, name, direction }));
  parts.set("page.js", await script("reporter/main.ts", known));
  // No module: a browser remembers that a module failed, and she must be able to try again.
  parts.set("questions.js", await script("reporter/questions.ts", known, { format: "iife" }));
  parts.set("returning.js", await script("reporter/returning.ts", known, { format: "iife" }));
  const read = (name) => readFileSync(join(common.absWorkingDir, "reporter", name), "utf8");
  parts.set("page.css", Buffer.from((await transform(read("page.css"), { loader: "css", minify: true })).code));
  const stops = described.map(({ code, direction, stop }) => `<p lang="${code}" dir="${direction}">${stop}</p>`).join("\n");
  const linked = read("index.html").replace("%stops%", stops).replace(/%(\w+\.\w+)%/g, (_, name) => `sha256-${digest(parts.get(name), "base64")}`);
  parts.set("index.html", Buffer.from(linked)); // %trust% stays: the server puts in the hash of its trust.json
  parts.set("leave.html", Buffer.from(read("leave.html")));
  parts.set("leave.css", Buffer.from((await transform(read("leave.css"), { loader: "css", minify: true })).code));
  const names = [...parts.keys()].sort();
  const manifest = Object.fromEntries(names.map((name) => [name, digest(parts.get(name), "hex")]));
  parts.set("manifest.json", Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
  mkdirSync(out, { recursive: true });
  for (const old of readdirSync(out)) rmSync(join(out, old));
  for (const [name, data] of parts) writeFileSync(join(out, name), data);
}
