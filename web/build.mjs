// Build with esbuild. `node build.mjs`: the sizes of the protocol. `node build.mjs --page OUT LOCALES`: the page (page.mjs).
// `node build.mjs --tests OUT`: one script for node and browsers that replays vectors and seals for the tests.
// The same bytes come out of every folder: no paths, dates or hosts are in them.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const common = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};

/** What a first visit fetches of the protocol, and what it fetches later: a word list, ML-DSA. */
async function protocolSizes() {
  const made = await build({
    ...common,
    entryPoints: { protocol: "protocol/index.ts" },
    splitting: true,
    outdir: "out",
    write: false,
    metafile: true,
  });
  const first = new Set();
  const visit = (file) => {
    if (first.has(file)) return;
    first.add(file);
    for (const { path, kind } of made.metafile.outputs[file].imports) if (kind === "import-statement") visit(path);
  };
  visit("out/protocol.js");
  const rows = Object.keys(made.metafile.outputs).map((file) => {
    const { contents } = made.outputFiles.find(({ path }) => path === join(here, file));
    const inside = Object.entries(made.metafile.outputs[file].inputs).sort((a, b) => b[1].bytesInOutput - a[1].bytesInOutput);
    return { file, first: first.has(file), size: contents.length, gz: gzipSync(contents, { level: 9 }).length, what: inside[0]?.[0] ?? "" };
  });
  const sum = (key) => rows.filter((row) => row.first).reduce((total, row) => total + row[key], 0);
  return { first: { min: sum("size"), gz: sum("gz") }, later: rows.filter((row) => !row.first) };
}

const [option, out, locales] = process.argv.slice(2);
if (option === "--tests") {
  await build({ ...common, minify: false, entryPoints: ["../tests/web/protocol.mjs"], outfile: join(out, "protocol.mjs"), nodePaths: [join(here, "node_modules")] });
} else if (option === "--page") {
  await (await import("./page.mjs")).default(common, out, locales);
} else {
  const { first, later } = await protocolSizes();
  console.log(`protocol, first visit: ${first.min} bytes, ${first.gz} gzipped`);
  for (const { what, size, gz } of later) console.log(`  later, ${what.replace(/^.*node_modules\//, "")}: ${size} bytes, ${gz} gzipped`);
}
