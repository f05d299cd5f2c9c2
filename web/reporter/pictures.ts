// Twelve small drawings: lines only, nobody hurt in them. Each stands beside its words, so it is hidden from readers aloud.
import { svg } from "./dom";

const LINES: Readonly<Record<string, readonly string[]>> = {
  T01: ["M4 24s7-12 20-12 20 12 20 12-7 12-20 12S4 24 4 24Z", "M30 24a6 6 0 1 1-12 0 6 6 0 0 1 12 0Z"], // an eye
  T02: ["M10 30 30 10a6 6 0 0 1 8 8L18 38a6 6 0 0 1-8-8Z", "m20 20 8 8", "M24 22v.1M22 24v.1M26 24v.1M24 26v.1"], // a plaster
  T03: ["M24 8a7 7 0 0 1 7 7", "M17 15a7 7 0 0 1 2-5", "M20 21a7 7 0 0 0 8 0", "M10 40c0-4 2-7 4-9", "M18 28c4-1.500 8-1.500 12 0", "M34 31c2 2 4 5 4 9", "M16 40h3M23 40h3M30 40h2"], // somebody, dashed
  T04: ["M17 26V12a3 3 0 0 1 6 0v10", "M23 22V9a3 3 0 0 1 6 0v13", "M29 23V13a3 3 0 0 1 6 0v15c0 8-5 13-11 13s-9-3-12-9l-4-7c-1-3 3-5 5-2l4 5"], // a raised hand
  T05: ["M15 5h18a3 3 0 0 1 3 3v32a3 3 0 0 1-3 3H15a3 3 0 0 1-3-3V8a3 3 0 0 1 3-3Z", "m26 13-6 11h8l-6 11"], // a phone and lightning
  T06: ["M8 8h32v22H24l-9 9v-9H8Z", "M15 16c3-3 4 3 7 0s4 3 7 0 3 1 4 0", "M15 23c3-3 4 3 7 0s4 2 6 0"], // a bubble of scrawl
  T07: ["M6 18 24 8l18 10Z", "M10 22v14M19 22v14M29 22v14M38 22v14", "M6 41h36"], // a house with columns
  T08: ["M7 16h34v24H7Z", "M7 24h34", "M14 16v-4a4 4 0 0 1 4-4h12a4 4 0 0 1 4 4v4", "M24 29v5"], // a case
  T09: ["M8 22h32v19H8Z", "M18 27h12", "M16 22 20 6l13 3-4 13", "m22 13 3 3 4-5"], // a ballot box
  T10: ["M24 17a5 5 0 1 0 0-10 5 5 0 0 0 0 10Z", "M11 22a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z", "M37 22a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z", "M15 40V29a9 9 0 0 1 18 0v11", "M4 40v-7a7 7 0 0 1 9-7M44 40v-7a7 7 0 0 0-9-7"], // a crowd
  T11: ["M24 6v4", "M12 34V23a12 12 0 0 1 24 0v11l3 4H9Z", "M20 38a4 4 0 0 0 8 0"], // a bell
  T12: ["M43 24a19 19 0 1 1-38 0 19 19 0 0 1 38 0Z", "M18 19a6 6 0 1 1 9 5c-2 1-3 2-3 5", "M24 34v.1"], // a question
};

/** Return the picture of a tile. */
export function picture(tile: string): SVGElement {
  const lines = (LINES[tile] ?? []).map((d) => svg("path", { d }));
  return svg("svg", { viewBox: "0 0 48 48", "aria-hidden": "true", focusable: "false" }, ...lines);
}
