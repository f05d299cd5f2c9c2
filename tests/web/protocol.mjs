// The one bundle that node and every browser run (web/build.mjs --tests).
export { exchange } from "./exchange.mjs";
export { replay } from "./replay.mjs";
