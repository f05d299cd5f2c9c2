// node run_node.mjs BUNDLE VECTORS_FOLDER TASKS.json: replay all vectors, do the tasks, print the results.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [bundle, vectors, tasks] = process.argv.slice(2);
const { exchange, replay } = await import(pathToFileURL(bundle));
const files = readdirSync(vectors, { recursive: true }).filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));
const load = async (file) => JSON.parse(readFileSync(join(vectors, `${file}.json`), "utf8")).vectors;
const started = performance.now();
const replayed = await replay(files, load);
const ms = Math.round(performance.now() - started);
console.log(JSON.stringify({ replayed, ms, ...(await exchange(JSON.parse(readFileSync(tasks, "utf8")))) }));
